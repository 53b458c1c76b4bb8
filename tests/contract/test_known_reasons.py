"""The table of reasons knows what the library, the engine's protocol and the wire's description know."""

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.engine.translate import PAIR_FAILURES, REASONS
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model.reasons import MEANINGS, Fate, Reason
from holdfast.model.verdicts import BANS, FAILURES, STREAM_ERRORS, refined
from holdfast.model.words import of_reason

ROOT = Path(__file__).parents[2]
ENDINGS = (ROOT / "engine/internal/translate/ending.go").read_text()


@pytest.fixture(scope="module")
def library() -> Path:
    """The pinned library's source, where Go keeps it."""
    asks = '. tools/go.sh && go list -m -f "{{.Dir}}" go.mau.fi/whatsmeow'
    return Path(
        subprocess.run(
            ["sh", "-c", asks], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
    )


def test_every_connect_failure_of_the_library_is_known(library: Path) -> None:
    source = (library / "types/events/events.go").read_text()
    named = {int(it) for it in re.findall(r"ConnectFailure\w+\s+ConnectFailureReason = (\d+)", source)}
    assert len(named) >= 14
    assert named <= set(FAILURES)


def test_every_ban_of_the_library_is_known(library: Path) -> None:
    source = (library / "types/events/events.go").read_text()
    named = {int(it) for it in re.findall(r"TempBan\w+\s+TempBanReason = (\d+)", source)}
    assert len(named) >= 5
    assert named == set(BANS)


def test_every_stream_error_of_the_library_is_known(library: Path) -> None:
    source = (library / "connectionevents.go").read_text()
    body = source[source.index("handleStreamError(") : source.index("handleIB(")]
    codes = {int(it) for it in re.findall(r'code == "(\d+)"', body)}
    conflicts = set(re.findall(r'conflictType == "(\w+)"', body))
    assert codes >= {401, 503, 515}
    assert codes <= set(STREAM_ERRORS)
    assert conflicts == {"device_removed", "replaced"}
    assert all(f'kind == "{it}"' in ENDINGS for it in conflicts)


def test_every_event_that_ends_a_connection_for_good_is_translated(library: Path) -> None:
    source = (library / "types/events/events.go").read_text()
    lasting = set(re.findall(r"func \(\w* ?\*(\w+)\) PermanentDisconnectDescription", source))
    assert len(lasting) >= 6
    assert {it for it in lasting if f"*events.{it}:" not in ENDINGS} == set()


def test_every_reason_of_the_engine_is_known() -> None:
    assert set(REASONS) == set(pb.Reason.values())
    assert set(PAIR_FAILURES) == set(pb.PairFailure.values())


def described(heading: str, column: str) -> Iterator[str]:
    """Cells of a table in docs/wire.md: those of this column below this heading."""
    text = (ROOT / "docs/wire.md").read_text()
    section = text[text.index(heading) :]
    section = section[: section.index("\n### ", 1)]
    names: list[str] = []
    for line in section.splitlines():
        cells = [it.strip() for it in line.strip("|").split("|")]
        if line.startswith("| ") and not names:
            names = cells
        elif line.startswith("| ") and column in names:
            yield cells[names.index(column)]
        elif not line.startswith("|"):
            names = []


def test_every_verdict_that_the_wire_describes_is_known() -> None:
    codes = {int(it) for cell in described("### 3.1", "wire") for it in re.findall(r'code="(\d+)"', cell)}
    assert codes >= {401, 429, 500, 503, 515, 516}
    assert codes <= set(STREAM_ERRORS)
    numbers = {
        int(it) for cell in described("### 3.1", "N") for it in re.findall(r"\b\d{3}\b", cell.split("(")[0])
    }
    assert numbers >= {400, 401, 402, 403, 405, 406, 409, 411, 413, 414, 415, 418, 429, 500, 501, 503}
    assert numbers <= set(FAILURES)


@pytest.mark.parametrize("said", [Reason.CONNECT_FAILURE, Reason.STREAM_ERROR])
@pytest.mark.parametrize("code", [1, 399, 404, 407, 499, 599, 2_000_000_000, -3])
def test_an_unknown_code_is_shown_with_its_number_and_is_no_log_out(said: Reason, code: int) -> None:
    reason = refined(said, code)
    end = MEANINGS[reason].end
    assert reason is Reason.UNKNOWN_CODE
    assert end is not None
    assert end.credentials is Fate.KEEP
    assert str(code) in of_reason(reason, code).sentence


def test_only_two_verdicts_cost_the_credentials() -> None:
    lost = {code for code, reason in FAILURES.items() if MEANINGS[reason].end.credentials is Fate.QUARANTINE}  # type: ignore[union-attr]
    assert lost == {401}
    assert not [it for it in STREAM_ERRORS.values() if MEANINGS[it].end.credentials is Fate.QUARANTINE]  # type: ignore[union-attr]
    assert REASONS[pb.LOGGED_OUT] is Reason.LOGGED_OUT_ON_PHONE


@pytest.mark.parametrize(
    ("said", "code", "reason"),
    [
        (Reason.BANNED, 406, Reason.BANNED_FOR_GOOD),
        (Reason.BANNED, 101, Reason.BANNED),
        (Reason.UNREACHABLE, 0, Reason.UNREACHABLE),
        (Reason.UNREACHABLE, 403, Reason.HTTP_REFUSED),
        (Reason.UNREACHABLE, 429, Reason.RATE_LIMITED),
        (Reason.UNREACHABLE, 502, Reason.SERVICE_UNAVAILABLE),
        (Reason.STREAM_ERROR, 0, Reason.STREAM_ERROR),
        (Reason.STREAM_ERROR, 516, Reason.LOGOUT_UNPROVEN),
        (Reason.REPLACED, 409, Reason.REPLACED),
    ],
)
def test_a_number_makes_a_reason_more_exact(said: Reason, code: int, reason: Reason) -> None:
    assert refined(said, code) is reason


def test_the_page_of_reasons_is_the_one_that_the_tables_make() -> None:
    spec = importlib.util.spec_from_file_location("reasons_page", ROOT / "tools/reasons_page.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert (ROOT / "docs/reasons.md").read_text() == tool.page(), "run `make reasons`"


def test_the_words_say_why_a_number_was_banned() -> None:
    assert "the same message to too many people (code 104)." in of_reason("banned", 104).sentence
    assert of_reason("banned").sentence.endswith("for a time.")
