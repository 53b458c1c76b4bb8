"""kill -9 at each named point of the data plane, in a real process: nothing lost, nothing twice."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.journal import Filter, Journal
from holdfast.store import SqliteFile, Store
from patience import PATIENCE_S
from rooms import add_session

PROGRAM = Path(__file__).with_name("dying_gateway.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with one session."""

    async def make() -> None:
        store = await Store.open(SqliteFile(tmp_path / "holdfast.db"))
        await add_session(store, "ses_a", name="shop")
        await store.close()

    asyncio.run(make())
    (tmp_path / "kill-points").mkdir()
    return tmp_path


def run(folder: Path, act: str, kill_at: str | None = None) -> str:
    """Run one gateway; with a kill point it must die there. What it printed."""
    if kill_at is not None:
        (folder / "kill-points" / kill_at).touch()
    ended = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder), act],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == (0 if kill_at is None else -signal.SIGKILL), ended.stderr
    assert not list((folder / "kill-points").iterdir())
    return ended.stdout


def events(folder: Path) -> list[str]:
    """The types of every event that is durable."""

    async def read() -> list[str]:
        store = await Store.open(SqliteFile(folder / "holdfast.db"))
        page = await (await Journal.open(store)).read(0, 100, Filter("ten_default"))
        await store.close()
        return [each.type for each in page.events]

    return asyncio.run(read())


def test_killed_between_commit_and_confirmation(folder: Path) -> None:
    assert run(folder, "receive", kill_at="inbox_committed") == ""
    assert events(folder) == ["message.received"]
    # Nothing was confirmed, so the message comes again: confirmed now, and told once.
    assert run(folder, "receive") == "confirmed [7]\n"
    assert events(folder) == ["message.received"]


def test_killed_between_commit_and_answer(folder: Path) -> None:
    assert run(folder, "accept", kill_at="outbox_committed") == ""
    # The client has no answer and asks again with its key: the same message, and one copy at the phone.
    accepted = run(folder, "accept").split()[1]
    assert run(folder, "send").split() == ["sent", accepted]
    assert (folder / "phone").read_text() == f"{accepted} hello\n"


def test_killed_between_acknowledgement_and_its_commit(folder: Path) -> None:
    accepted = run(folder, "accept").split()[1]
    assert run(folder, "send", kill_at="ack_unstored") == ""
    assert events(folder) == []
    # Sent again with the same id: WhatsApp's clients take the second copy for what it is.
    assert run(folder, "send").split() == ["sent", accepted]
    assert (folder / "phone").read_text() == f"{accepted} hello\n" * 2
    assert events(folder) == ["message.status"]
