"""SessionDirectory: what tests use in its place must answer as the sessions room's index does."""

import pytest

from holdfast.model.errors import UnknownSession
from holdfast.model.seams import SessionDirectory, SessionRef
from holdfast.sessions import facts
from holdfast.sessions.index import Index
from holdfast.sessions.runtime import Runtime
from holdfast.vault import Record

TENANT = "ten_default"


class Listed:
    """A directory for tests: a list."""

    def __init__(self, *refs: tuple[SessionRef, str]) -> None:
        self._refs = refs

    def resolve(self, tenant_id: str, ref: str) -> SessionRef:
        """See the seam."""
        for session, phone in self._refs:
            if session.tenant_id == tenant_id and ref.removeprefix("+") in (
                session.session_id, session.name, phone,
            ):  # fmt: skip
                return session
        raise UnknownSession


def index() -> SessionDirectory:
    """The real one, with one session."""
    real = Index()
    real.add(
        Runtime(
            Record("ses_a", TENANT, "shop", "up", 0, phone="4915112345678", lid="900000:3@lid"),
            facts.Session(since_ms=0),
        )
    )
    return real


def listed() -> SessionDirectory:
    """The fake, with the same one."""
    return Listed((SessionRef("ses_a", TENANT, "shop", "4915112345678", "900000@lid"), "4915112345678"))


@pytest.mark.parametrize("make", [index, listed])
def test_a_session_is_found_by_id_name_and_number(make: "type[SessionDirectory]") -> None:
    directory = make()
    for ref in ("ses_a", "shop", "4915112345678", "+4915112345678"):
        assert directory.resolve(TENANT, ref) == SessionRef(
            "ses_a", TENANT, "shop", "4915112345678", "900000@lid"
        )


@pytest.mark.parametrize("make", [index, listed])
@pytest.mark.parametrize("ref", ["", "ses_b", "Shop", "4915112345679", "15112345678"])
def test_others_are_unknown(make: "type[SessionDirectory]", ref: str) -> None:
    with pytest.raises(UnknownSession):
        make().resolve(TENANT, ref)


@pytest.mark.parametrize("make", [index, listed])
def test_another_tenant_finds_nothing(make: "type[SessionDirectory]") -> None:
    with pytest.raises(UnknownSession):
        make().resolve("ten_other", "ses_a")
