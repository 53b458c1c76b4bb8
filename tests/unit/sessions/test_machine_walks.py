"""Random walks through the session machine: a million steps by seed, and 20,000 that Hypothesis draws."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from session_world import MOVES, STORM, Move, World

from holdfast.model.policy import DEFAULT_POLICY, Policy
from holdfast.sessions import facts as f

pytestmark = pytest.mark.long

CONFLICTS = [DEFAULT_POLICY, Policy(conflict="retry:2")]
#: Together a million. A world begins again after so many steps, so that no walk stays where it once got.
CHUNKS, WALKS, STEPS = 10, 100, 1000


def walk(seed: int, moves: Sequence[Move]) -> None:
    """So many steps; raises AssertionError with the way to repeat them."""
    dice = random.Random(seed)
    world = World(linked=seed % 3 > 0, policy=CONFLICTS[seed % 2])
    world.owner_asks(f.ConnectAsked())
    for step in range(STEPS):
        while not (move := dice.choice(moves)).possible(world):
            pass
        try:
            move.do(world, dice)
            world.check()
        except AssertionError as exc:
            raise AssertionError(f"seed {seed}, step {step}, {move.name}: {world.session}") from exc


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_walk_of_a_million_steps(chunk: int) -> None:
    for seed in range(chunk * WALKS, (chunk + 1) * WALKS):
        walk(seed, MOVES)


def test_a_storm_in_which_nothing_lasts_keeps_the_pace() -> None:
    for seed in range(WALKS):
        walk(seed, STORM)


class Walk(RuleBasedStateMachine):
    """The same moves, drawn so that what fails becomes short."""

    world: World

    @initialize(linked=st.booleans(), policy=st.sampled_from(CONFLICTS))
    def begin(self, linked: bool, policy: Policy) -> None:
        self.world = World(linked=linked, policy=policy)

    @precondition(lambda self: hasattr(self, "world"))
    @rule(move=st.sampled_from(MOVES), dice=st.randoms(use_true_random=False))
    def step(self, move: Move, dice: random.Random) -> None:
        if move.possible(self.world):
            move.do(self.world, dice)
            self.world.check()


Walk.TestCase.settings = settings(max_examples=400, stateful_step_count=50, deadline=None)
TestWalk = Walk.TestCase
