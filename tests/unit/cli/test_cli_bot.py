"""`holdfast bot new`: a bot that runs as it is written, and never over something that is there."""

from pathlib import Path

import pytest

from holdfast.bots import HANDLED, Chat, load
from holdfast.cli import bot as command
from holdfast.client import Client, Event
from holdfast.client.steps import BotState

CLIENT = Client("http://127.0.0.1:9", "hf_test")


async def said(file: Path, words: str, remembered: dict[str, object]) -> tuple[str, dict[str, object]]:
    """What the file's bot answers, and what it remembers then."""
    data = {"message_id": "M", "chat": "1@lid", "content": {"kind": "text", "text": words}}
    body = {"event_id": "evt", "cursor": "1", "session_id": "ses", "type": "message.received"}
    made = load(file)
    chat = Chat(CLIENT, Event.read({**body, "data": data}), made.name, BotState(1, remembered))  # type: ignore[arg-type]
    assert await made.route(chat) is HANDLED
    step = chat.step("test")
    assert step is not None
    return str(step.sends[0]["text"]), dict(chat.state)


async def test_a_new_bot_counts_and_is_told_how_to_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    command.new("shop")
    assert "holdfast bot run shop.py --reload" in capsys.readouterr().out
    assert load(tmp_path / "shop.py").name == "shop"
    answer, remembered = await said(tmp_path / "shop.py", "/count 3", {})
    assert answer == "That makes 3."
    assert (await said(tmp_path / "shop.py", "/count 4", remembered))[0] == "That makes 7."
    assert "/count 3" in (await said(tmp_path / "shop.py", "hi", {}))[0]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("shop", "there already"),
        ("no-name", "no name"),
        ("gone/x", "no name"),
        ("../x", "no name"),
        ("/tmp/x", "no name"),
    ],
)
def test_what_cannot_be_begun_is_told_and_nothing_is_touched(
    name: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.py").write_text("mine")
    with pytest.raises(SystemExit) as end:
        command.new(name)
    assert end.value.code == 1
    assert why in capsys.readouterr().err
    assert {it.name: it.read_text() for it in tmp_path.iterdir()} == {"shop.py": "mine"}


def test_a_link_does_not_lead_the_file_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here" / "shop.py").symlink_to(tmp_path / "elsewhere.py")
    with pytest.raises(SystemExit):
        command.new("shop")
    assert not (tmp_path / "elsewhere.py").exists()
