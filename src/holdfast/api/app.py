"""The HTTP application: every room's endpoints, one shape of error, one description."""

from collections.abc import Collection
from typing import Final

from fastapi import Depends, FastAPI

from holdfast.api import errors, system
from holdfast.api.description import Described
from holdfast.api.limits import BodyLimit
from holdfast.api.otherpages import OtherPages
from holdfast.api.rooms import Rooms
from holdfast.api.routers import OnDemand
from holdfast.api.wholeness import whole_texts
from holdfast.kit.origin import SameSite
from holdfast.model.errors import Forbidden

_DESCRIPTION: Final = """
Holdfast keeps WhatsApp numbers linked and working, for programs that talk over them.

Every endpoint under `/v1` needs `Authorization: Bearer hf_…`; on this machine the key lies in `local.key` of
the data folder. Refusals are `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`,
`code`, `next_step`; [every code](/docs/problems). Times are ISO 8601 in UTC.
"""


def create_app(rooms: Rooms, names: Collection[str] = (), origins: Collection[str] = ()) -> FastAPI:
    """The application over these rooms, as it is shipped and as it is tested.

    `names` as in SameSite, `origins` as in OtherPages.
    """
    app = Described(
        responses={422: errors.refusal(422)},
        dependencies=[Depends(whole_texts)],
        title="Holdfast",
        version=rooms.facts.version,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        license_info={"name": "Apache-2.0"},
    )
    app.state.rooms = rooms
    errors.install(app)
    app.include_router(system.open_router)
    app.include_router(system.router)
    app.add_middleware(OnDemand, routers=app.reserve())
    app.add_middleware(BodyLimit)
    refusal = errors.answer_of(Forbidden("This page belongs to another site"))
    app.add_middleware(SameSite, refuse=refusal, names=names)
    app.add_middleware(OtherPages, origins=origins)
    if rooms.facts.lab:
        app.include_router(system.lab_router)
    return app
