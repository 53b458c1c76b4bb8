"""Which kills, when: decided beforehand from the seed. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

# Named points and the process that dies there.
ENGINE_POINTS = ("decrypted", "handed_over", "confirmed", "sent", "pair_success")
GATEWAY_POINTS = ("inbox_committed", "outbox_committed", "ack_unstored")
POINTS = (
    "decrypted",
    "inbox_committed",
    "handed_over",
    "outbox_committed",
    "confirmed",
    "ack_unstored",
    "sent",
    "pair_success",
)
RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill. `point` is a named point or "random"; `pause_s` is the time of traffic before it.

    `during_restore` strikes before the kill before it has been recovered from.
    """

    number: int
    point: str
    victim: str
    pause_s: float
    during_restore: bool = False

    @property
    def named(self) -> bool:
        """True for a kill at a named point."""
        return self.point != RANDOM


def plan(kills: int, seed: int) -> Sequence[Kill]:
    """Half of the kills at named points, in turn (16 kills hit each of them), half at random times."""
    dice = random.Random(seed)
    named = [POINTS[i % len(POINTS)] for i in range((kills + 1) // 2)]
    spots = [*named, *([RANDOM] * (kills - len(named)))]
    dice.shuffle(spots)
    return [_kill(number, point, dice) for number, point in enumerate(spots, 1)]


def _kill(number: int, point: str, dice: random.Random) -> Kill:
    pause = dice.uniform(0.05, 1.2)
    if point == RANDOM:
        victim = dice.choice(("gateway", "engine", "both"))
        return Kill(number, point, victim, pause, during_restore=dice.random() < 0.25)
    return Kill(number, point, "engine" if point in ENGINE_POINTS else "gateway", pause)
