"""The password of a database server: never in a command line, asked for only where it is needed."""

import sys
from pathlib import Path

import pytest

from holdfast.cli import importing, secrets
from holdfast.model.errors import RequestInvalid
from holdfast.vault import PasswordWanted, Source, SourceKind

SERVER = "postgresql://gowa@db.example/gowa"


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were looked at; one without a password is refused."""
    asked: list[str] = []

    def look(place: str, device: str = "") -> Source:
        asked.append(place)
        if "password=" not in place:
            raise PasswordWanted("The server asks for a password")
        return Source(SourceKind.WHATSMEOW, place, "4915100000001:3@s.whatsapp.net", "Ada", {})

    monkeypatch.setattr("holdfast.vault.look_at_source", look)
    return asked


async def found(source: str, password_file: str | None = None) -> None:
    await importing.import_(
        None, importing.Wanted(source, "", "taxi", dry_run=True, password_file=password_file), as_json=True
    )


@pytest.mark.parametrize(
    "source", ["postgresql://gowa:hunter2@db.example/gowa", f"{SERVER}?sslmode=require&password=hunter2"]
)
async def test_one_in_the_command_line_is_refused_and_not_repeated(source: str, looked_at: list[str]) -> None:
    with pytest.raises(RequestInvalid, match="seen by every program") as caught:
        await found(source)
    assert "hunter2" not in str(caught.value)
    assert looked_at == []


async def test_one_in_a_file_is_used_whatever_letters_it_has(
    tmp_path: Path, looked_at: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "password"
    file.write_text("p&=% ss\n")
    await found(SERVER, str(file))
    await found(f"{SERVER}?sslmode=require", str(file))
    assert looked_at == [
        f"{SERVER}?password=p%26%3D%25%20ss",
        f"{SERVER}?sslmode=require&password=p%26%3D%25%20ss",
    ]
    assert "p&" not in capsys.readouterr().out


async def test_one_is_asked_for_where_somebody_can_type(
    looked_at: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(secrets.getpass, "getpass", lambda _: "typed")
    await found(SERVER)
    assert looked_at == [SERVER, f"{SERVER}?password=typed"]


async def test_where_nobody_can_type_the_next_step_is_said(
    looked_at: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    with pytest.raises(PasswordWanted, match="asks for a password"):
        await found(SERVER)
    assert looked_at == [SERVER]
