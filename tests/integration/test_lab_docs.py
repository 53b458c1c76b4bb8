"""docs/lab.md does what it says: every command of it is run, and so are its pieces of Python."""

import asyncio
import re
import shlex
import shutil
from pathlib import Path

import pytest

from holdfast.cli.lab.commands import app
from holdfast.lab import LinkedStack, Simulator

from .lab_commands import run

pytest_plugins = ["pytester"]

DOCS = Path(__file__).parents[2] / "docs" / "lab.md"
BOT = DOCS.parents[1] / "examples" / "greeting.py"

# What runs until somebody ends it, and what the fixture has done already.
ELSEWHERE = {"start", "scan"}


def commands() -> list[list[str]]:
    """The arguments of every `holdfast lab` line, without the explanation behind it."""
    lines = re.findall(r"^    holdfast lab (.*)$", DOCS.read_text(), re.MULTILINE)
    split = [shlex.split(re.split(r" {2,}", line)[0]) for line in lines]
    return [argv for argv in split if argv[0] not in ELSEWHERE]


def pieces() -> list[str]:
    """Its pieces of Python."""
    return re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)


async def test_every_command_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8 a picture")
    assert len(commands()) > 25
    async with Simulator.start(tmp_path / "lab") as lab, LinkedStack.start(tmp_path, lab, "office") as stack:
        said = await stack.phone.say(stack.phone, "something to react to")
        for argv in commands():
            given = {"ID": said, "4915…": stack.phone.phone, "3A91…": said}
            words = [given.get(word, word) for word in argv if word != "--follow"]
            code, _, err = await run(*words, data=tmp_path)
            assert (code, err) == (0, ""), words
            items, _ = await stack.phone.inbox()
            said = await newest_of_ben(lab) or said
        assert [item.text for item in items if item.text == "Good morning"]
        assert [group.subject for group in await lab.groups()] == ["Trip"]


async def newest_of_ben(lab: Simulator) -> str | None:
    """Id of the message that Ben got last: the page reacts to it."""
    for phone in await lab.phones():
        if phone.name == "Ben":
            items, _ = await phone.inbox()
            return items[-1].id if items else None
    return None


async def test_the_python_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    [piece] = [text for text in pieces() if "async def main" in text]
    exec(compile(piece, "docs/lab.md", "exec"), names)
    main = names["main"]
    assert asyncio.iscoroutinefunction(main)
    await main()


def test_the_tests_of_the_page(pytester: pytest.Pytester) -> None:
    [piece] = [text for text in pieces() if "def test_" in text]
    shutil.copy(BOT, pytester.path / "my_bot.py")
    pytester.makepyfile(piece)
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=2)


def test_the_page_names_every_command() -> None:
    there = {command.name for command in app.registered_commands}
    page = DOCS.read_text()
    assert {name for name in there if f"holdfast lab {name}" not in page} == set()
