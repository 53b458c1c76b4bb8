"""The answer of a gateway that has not noticed its engine's death is never taken for a recovery.

What a test did next met the engine's end, and failed on a slow machine.
"""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from holdfast.client import System
from holdfast.keeper import Place
from holdfast.lab import Stack

BEFORE = System("1", True, True, 20, "eng_1", 10, None, 1, 1, True, None)
NOTICED = replace(BEFORE, engine_attached=False, engine_id="", engine_pid=None)
AFTER = replace(BEFORE, engine_id="eng_2", engine_pid=21)


class Answers:
    """A gateway that says one thing after the other."""

    def __init__(self, *answers: System) -> None:
        self.left = list(answers)

    async def system(self) -> System:
        return self.left.pop(0)


class Steady:
    """A keeper whose programs refuse nothing."""

    async def refused(self) -> None:
        await asyncio.Event().wait()


def stack(folder: Path, *answers: System) -> tuple[Any, Answers]:
    made: Any = Stack(Place(folder, "127.0.0.1", 0, 0, None), Steady())  # type: ignore[arg-type]
    made.client = Answers(*answers)
    return made, made.client


async def test_an_engine_that_was_killed_is_waited_out(tmp_path: Path) -> None:
    made, answers = stack(tmp_path, BEFORE, BEFORE, NOTICED, AFTER)
    await made.wait_replaced(frozenset({"engine"}), BEFORE)
    assert answers.left == []


async def test_a_gateway_that_was_killed_has_another_process(tmp_path: Path) -> None:
    again = replace(BEFORE, gateway_pid=11)
    made, answers = stack(tmp_path, BEFORE, NOTICED, again)
    await made.wait_replaced(frozenset({"gateway"}), BEFORE)
    assert answers.left == []


async def test_ready_is_whoever_holds_an_engine(tmp_path: Path) -> None:
    made, answers = stack(tmp_path, NOTICED, BEFORE)
    await made.wait_ready()
    assert answers.left == []
