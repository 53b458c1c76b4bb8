"""No name and no text of a stranger's acts on the operator's terminal, whichever command shows it."""

import ast
import asyncio
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

import warm
from holdfast.kit import logging
from holdfast.lab import Phone
from house import House
from terminal import Terminal

CLI = Path(__file__).parents[2] / "src" / "holdfast" / "cli"

FORGED = "12:00:00  taxi  session.state  connected -> banned"
HOSTILE = f"hi\x1b]52;c;QQ==\x07\x1b[2J\x9b31m\r\n{FORGED}\u202e\u200b\x7f [bold red]loud[/] :smile: \\"
ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@dataclass
class Shown:
    """A number that a stranger has written to, and a terminal that looks."""

    terminal: Terminal
    stranger: Phone
    number: str


@pytest.fixture
async def shown(house: House) -> Shown:
    number, _ = await house.link("taxi")
    stranger = await house.simulator.phone(f"Ann{HOSTILE}")
    await stranger.make_group(f"Trip{HOSTILE}", house.simulator.at(number))
    await stranger.say(number, HOSTILE)
    await house.received(HOSTILE)
    data, trust = house.place.data, house.simulator.trust_file
    return Shown(Terminal(data, HOLDFAST_LAB=str(trust)), stranger, number)


def harmless(out: str) -> None:
    acting = {it for it in out if unicodedata.category(it) in ACTING} - {"\n"}
    assert not acting, out
    assert not [line for line in out.splitlines() if line.startswith(FORGED)], out


async def test_every_command_that_shows_words(shown: Shown) -> None:
    guest, number = f"+{shown.stranger.phone}", f"+{shown.number}"
    seen = ""
    for argv in (
        ["status"],
        ["lab", "phones"],
        ["lab", "groups"],
        ["lab", "show", guest],
        ["lab", "show", number],
        ["lab", "show", number, "--chat", guest],
        ["lab", "inbox", number],
        ["lab", "transcript"],
        ["lab", "transcript", "--bodies"],
        ["lab", "send", guest, number, HOSTILE],
        ["lab", "say", number, HOSTILE, "--from", guest, "--wait", "0"],
        ["lab", "phone", f"Ben{HOSTILE}"],
        ["lab", "group", f"Crew{HOSTILE}", guest, number],
        ["send", "taxi", guest, HOSTILE],
        ["chats", "list", "taxi"],
        ["chats", "show", "taxi", guest],
        ["chats", "search", "loud"],
        ["group", "list", "taxi"],
    ):
        out = await shown.terminal.type(*argv)
        harmless(out)
        seen += out
    assert "[bold red]loud[/]" in seen
    assert ":smile:" in seen

    for argv in (["pair", HOSTILE], ["send", HOSTILE, "+4915112345678", "x"], ["lab", "show", HOSTILE]):
        harmless(await shown.terminal.type(*argv, code=1))
    for form in ([], ["--json"]):
        await events_are_harmless(shown, form)


async def events_are_harmless(shown: Shown, form: list[str]) -> None:
    """`events` follows forever: look until the stranger's words have passed."""
    following = await warm.start(
        *("holdfast.cli", "events", "--after", "", *form),
        stdout=asyncio.subprocess.PIPE,
        env=shown.terminal.env,
    )
    assert following.stdout is not None
    async with asyncio.timeout(60):
        async for line in following.stdout:
            harmless(line.decode())
            if b"loud" in line:
                break
    following.kill()
    await following.wait()


def test_a_traceback_at_a_terminal_quotes_a_stranger_in_words() -> None:
    """A bot's handler may fail with an error that holds what was written to it."""
    shown = io.StringIO()
    logging.configure(stream=shown, console=True)
    try:
        raise RuntimeError(HOSTILE)
    except RuntimeError:
        logging.get("bots").exception("bot.event_given_up", text=HOSTILE)
    finally:
        logging.configure()
    ours = re.sub(r"\x1b\[[0-9;]*m", "", shown.getvalue())  # our own colours
    assert "[bold red]loud[/]" in ours
    harmless(ours)


def test_markup_is_never_made_of_values() -> None:
    """`say` takes a constant and values: a value in the markup itself would be read as markup."""

    def is_formatted(node: ast.AST) -> bool:
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id
        first = node.args[:1] if isinstance(node, ast.Call) else []
        parts = [part for given in first for part in ast.walk(given)]
        return called in {"say", "marked"} and any(isinstance(part, ast.JoinedStr) for part in parts)

    files = {path.name: ast.parse(path.read_text()) for path in CLI.rglob("*.py")}
    assert [name for name, tree in files.items() if any(map(is_formatted, ast.walk(tree)))] == []
