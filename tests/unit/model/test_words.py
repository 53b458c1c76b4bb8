"""The catalogue: sentences by code, and "Next step:" put in front by surfaces alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import holdfast
from holdfast.model import words
from holdfast.model.reasons import Reason

ROOT = Path(holdfast.__file__).parent
#: Programs that print: what they write is what a person reads.
SURFACES = ("cli", "dashboard", "model/words.py", "lab")


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        ("Connect it.", "Next step: connect it."),
        ("`holdfast up` starts it.", "Next step: `holdfast up` starts it."),
        ("WhatsApp on the phone says more.", "Next step: WhatsApp on the phone says more."),
        ("HOLDFAST_KEY names it.", "Next step: HOLDFAST_KEY names it."),
        ("  ", ""),
    ],
)
def test_a_surface_puts_next_step_in_front(step: str, shown: str) -> None:
    assert words.advice(step) == shown


def test_a_line_is_what_happened_and_what_to_do() -> None:
    assert words.line("It is full.", "Free space.") == "It is full. Next step: free space."
    assert words.line("It is full", "") == "It is full."


def test_an_unknown_code_reads_as_it_is_called() -> None:
    assert words.of_error("quota_exceeded") == words.Words("Quota exceeded", "")


@pytest.mark.parametrize("code", sorted(words.ERRORS))
def test_the_words_of_an_error_are_a_sentence_and_an_order(code: str) -> None:
    said = words.ERRORS[code]
    assert said.sentence
    assert not said.sentence.endswith(".")
    assert not said.next_step or said.next_step.endswith(".")
    assert "next step" not in f"{said.sentence} {said.next_step}".lower()


def texts() -> Iterator[tuple[Path, str]]:
    """Every string of the package, docstrings and surfaces left out."""
    for path in ROOT.rglob("*.py"):
        if str(path.relative_to(ROOT)).startswith(SURFACES):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield path, node.value


def test_no_value_carries_the_prefix() -> None:
    assert [(str(path), text) for path, text in texts() if "Next step: " in text] == []


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_whole_sentences(reason: Reason) -> None:
    said = words.of_reason(reason)
    assert said.sentence.endswith(".")
    assert not said.sentence.endswith("..")
    assert said.next_step.endswith(".")
