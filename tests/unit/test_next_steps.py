"""Whatever a sentence, an error or a page of the documents tells somebody to type is there to be typed."""

import ast
import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from holdfast.cli.main import app
from holdfast.model.policy import Policy
from holdfast.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
_CODE = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"(?:^|[\s(/`])holdfast (?=[a-z-])(.*)")
_VARIABLE = re.compile(r"\bHOLDFAST_[A-Z][A-Z_]+\b")
_TARGET = re.compile(r"`make ([a-z][a-z0-9-]*)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


@cache
def _tree() -> Any:
    return typer.main.get_command(app)


def _options(command: Any) -> set[str]:
    known = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    return known | {"--help", "-h"}


def _every_option(command: Any) -> set[str]:
    below = getattr(command, "commands", {}).values()
    return _options(command).union(*(_every_option(each) for each in below))


def _fault(typed: str) -> str | None:
    """What is wrong with the words after `holdfast`, None when they fit."""
    try:
        words = shlex.split(typed, comments=True)
    except ValueError:
        words = typed.split()
    command = _tree()
    for index, word in enumerate(words):
        if word.startswith("-"):
            option = word.partition("=")[0].rstrip(".,;:")
            if option.startswith("--") and option not in _options(command):
                return f"no option {option}"
        elif hasattr(command, "commands"):
            below = command.commands.get(word.rstrip(".,;:"))
            if below is None:
                return None if word in ("…", "...", "COMMAND") and index else f"no command {word!r}"
            command = below
    return None


@cache
def _sentences() -> Sequence[tuple[str, str]]:
    """Every text of the sources, with its place. A value in one is an X."""
    return tuple(_read())


def _read() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "src/holdfast").rglob("*.py")):
        if "/v1/" in str(path) or "versions" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        parts = {
            id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                text = "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
                text = node.value
            else:
                continue
            yield f"{path.relative_to(ROOT)}:{node.lineno}", text


def _pages() -> Iterator[tuple[str, str]]:
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")):
        # A change log names what was, too.
        if "node_modules" not in path.parts and path.name != "CHANGELOG.md":
            for number, line in enumerate(path.read_text().splitlines(), 1):
                yield f"{path.relative_to(ROOT)}:{number}", line


def _typed() -> Iterator[tuple[str, str]]:
    for where, text in (*_sentences(), *_pages()):
        spans = _CODE.findall(text)
        if where.partition(":")[0].endswith(".md") and re.match(r" {4}holdfast |holdfast ", text):
            spans = [re.split(r"\s{2,}", text.strip())[0]]
        if "Next step: holdfast" in text:
            spans.append(text.partition("Next step: ")[2])
        for span in spans:
            if found := _COMMAND.match(span):
                yield where, found[1]


def test_every_command_that_is_named_is_there() -> None:
    typed = list(_typed())
    assert len(typed) > 200
    wrong = [f"{where}: holdfast {line}: {what}" for where, line in typed if (what := _fault(line))]
    assert not wrong, "\n".join(wrong)


def test_every_option_that_is_named_is_there() -> None:
    known = _every_option(_tree())
    named = [
        (where, option)
        for where, text in _sentences()
        if "Next step" in text or "next_step" in where or where.startswith("src/holdfast/model/")
        for option in _OPTION.findall(text)
    ]
    assert named
    assert not [it for it in named if it[1] not in known]


def test_every_make_target_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    wrong = [(where, it) for where, text in (*_sentences(), *_pages()) for it in _TARGET.findall(text)]
    assert wrong
    assert not [it for it in wrong if it[1] not in targets]


def test_every_setting_that_a_sentence_names_is_there() -> None:
    known = {f"HOLDFAST_{name.upper()}" for kind in (Settings, Policy) for name in kind.model_fields}
    #: Read where they are needed, as a name of its own.
    known |= {text for _, text in _sentences() if _VARIABLE.fullmatch(text)}
    named = [(where, it) for where, text in _sentences() if " " in text for it in _VARIABLE.findall(text)]
    assert named
    assert not [it for it in named if it[1] not in known]


@pytest.mark.parametrize("typed", ["statsu", "status --bogus", "key make x", "keys check", "up --lob"])
def test_what_is_not_there_is_found(typed: str) -> None:
    assert _fault(typed)
