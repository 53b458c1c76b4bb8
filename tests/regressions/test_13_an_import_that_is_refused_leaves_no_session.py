"""An import that was refused left an empty session behind: nothing changes by what fails."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import AsyncMock

import pytest

from holdfast.cli import importing
from holdfast.model.errors import AlreadyLinked, SourceInUse

JID = "4915100000001:3@s.whatsapp.net"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """As much of a database of whatsmeow as is looked at here."""
    path = tmp_path / "store.db"
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE whatsmeow_device (jid TEXT, push_name TEXT)")
        raw.execute("INSERT INTO whatsmeow_device VALUES (?, 'Ada')", (JID,))
        raw.commit()
    return path


def gateway(monkeypatch: pytest.MonkeyPatch, *known: str) -> AsyncMock:
    """The sessions of a gateway that knows these and makes `ses_taxi`."""
    sessions = AsyncMock()
    sessions.list.return_value = [SimpleNamespace(id=it) for it in known]
    sessions.create.return_value = SimpleNamespace(id="ses_taxi", name="taxi", state="new")

    @contextlib.asynccontextmanager
    async def client(data: Path | None) -> AsyncIterator[SimpleNamespace]:
        yield SimpleNamespace(sessions=sessions)

    monkeypatch.setattr(importing, "client", client)
    return sessions


@pytest.mark.parametrize("refusal", [SourceInUse(), AlreadyLinked()])
async def test_the_session_that_was_made_for_it_is_gone(
    database: Path, monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    sessions = gateway(monkeypatch, "ses_another")
    sessions.take_in.side_effect = refusal
    with pytest.raises(type(refusal)):
        await importing.import_(
            None, importing.Wanted(str(database), "", "taxi", dry_run=False), as_json=True
        )
    sessions.delete.assert_awaited_once_with("ses_taxi")


async def test_one_that_was_there_before_stays(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = gateway(monkeypatch, "ses_taxi")
    sessions.take_in.side_effect = SourceInUse()
    with pytest.raises(SourceInUse):
        await importing.import_(
            None, importing.Wanted(str(database), "", "taxi", dry_run=False), as_json=True
        )
    sessions.delete.assert_not_awaited()


async def test_one_that_was_linked_stays(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = gateway(monkeypatch)
    sessions.take_in.return_value = SimpleNamespace(id="ses_taxi", name="taxi", state="connecting")
    await importing.import_(None, importing.Wanted(str(database), "", "taxi", dry_run=False), as_json=True)
    sessions.delete.assert_not_awaited()
