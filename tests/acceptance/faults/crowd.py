"""A thousand numbers lose their connections in one moment and come back no faster than they may."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.keeper import Place, free_port
from holdfast.lab import AnswerDelay, Simulator, Stack
from holdfast.lab.linked import link
from holdfast.model.policy import DEFAULT_POLICY

_LINK_AT_ONCE = 8
_BACK_WITHIN_S = 120.0
#: What the governor of a node lets begin at once, and then each second.
AT_ONCE, PER_S = DEFAULT_POLICY.connects_at_once, DEFAULT_POLICY.connects_per_s


@dataclass(frozen=True, slots=True)
class Sample:
    """How many dials there were at the latest when it was asked, and at the earliest when it was answered."""

    asked_s: float
    answered_s: float
    dials: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """How a crowd came back."""

    numbers: int
    seconds: float
    dials: int
    #: The narrowest window's dials over what the governor allows in it; above 1 it was too fast.
    worst: float

    @property
    def wrong(self) -> Sequence[str]:
        """What is too much, one line each."""
        return [f"dialled {self.worst:.2f} times as fast as the governor allows"] if self.worst > 1 else []


async def crowd(numbers: int, folder: Path) -> Crowd:
    """Link so many numbers, end every connection at once, and watch them come back."""
    lab = Simulator.start(folder / "lab", answer_delay=AnswerDelay(), transcript=1)
    async with lab as simulator:
        trust, key = simulator.trust_file, folder / "master.key"
        place = Place(folder / "data", "127.0.0.1", free_port(), free_port(), trust, key)
        async with Stack.start(place) as stack:
            await _link_all(stack, simulator, numbers)
            return await _drop(stack, simulator, numbers)


async def _link_all(stack: Stack, simulator: Simulator, numbers: int) -> None:
    room = asyncio.Semaphore(_LINK_AT_ONCE)

    async def one(index: int) -> None:
        async with room:
            await link(stack.client, simulator, f"number-{index}")

    await asyncio.gather(*(one(index) for index in range(numbers)))


async def _drop(stack: Stack, simulator: Simulator, numbers: int) -> Crowd:
    samples = [await _sample(simulator)]
    began = time.monotonic()
    await simulator.fault("server-restart", count=numbers)
    while (await simulator.stats())["connections"] < numbers or not await _all_connected(stack, numbers):
        assert time.monotonic() - began < _BACK_WITHIN_S, "not every number came back"
        samples.append(await _sample(simulator))
        await asyncio.sleep(0.05)
    samples.append(await _sample(simulator))
    dials = samples[-1].dials - samples[0].dials
    return Crowd(numbers, time.monotonic() - began, dials, worst(samples, AT_ONCE, PER_S))


async def _sample(simulator: Simulator) -> Sample:
    asked = time.monotonic()
    dials = (await simulator.stats())["dials"]
    return Sample(asked, time.monotonic(), dials)


async def _all_connected(stack: Stack, numbers: int) -> bool:
    return sum(session.connected for session in await stack.client.sessions.list()) == numbers


def worst(samples: Sequence[Sample], at_once: float, per_s: float) -> float:
    """The most that a window between two samples held, as a share of what may be in it. Pure."""
    return max(
        (
            (later.dials - earlier.dials) / (at_once + per_s * (later.answered_s - earlier.asked_s))
            for index, earlier in enumerate(samples)
            for later in samples[index + 1 :]
        ),
        default=0.0,
    )
