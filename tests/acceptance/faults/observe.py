"""What a row's fault led to, as the product's own API and the simulator tell it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from faults.row import Come, Seen
from faults.stage import SESSION, Stage
from holdfast.client import Change, GatewayUnreachable
from holdfast.lab import SimulatorError
from holdfast.model.reasons import MEANINGS, Reason
from patience import PATIENCE_S

_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Before:
    """How everything was when the fault was made."""

    changes: int
    dials: int
    codes: int
    at: float


class Observer:
    """Compares what is with what was."""

    def __init__(self, stage: Stage, before: Before) -> None:
        self._stage, self._before = stage, before
        #: When the fault was over.
        self.over: float | None = None

    @classmethod
    async def begin(cls, stage: Stage) -> "Observer":
        """Remember how everything is now."""
        changes, _ = await stage.client.sessions.timeline(SESSION)
        stats = await stage.simulator.stats()
        return cls(stage, Before(len(changes), await _dials(stage), stats["qr_served"], time.time()))

    async def until(self, come: Come) -> str:
        """Wait until the session has passed the states that it must; returns what was missing, in words."""
        deadline = time.monotonic() + PATIENCE_S
        passed = ""
        while time.monotonic() < deadline:
            try:
                changes = await self.changes()
            except GatewayUnreachable:
                changes = []
            passed = first_appearances(changes, come)
            if passed == come.states and (not changes or changes[-1].state == come.end):
                return await self._alerted(come, deadline)
            await asyncio.sleep(_LOOK_EVERY_S)
        return f"within {PATIENCE_S:g} s it passed {passed or 'no other state'}"

    async def _alerted(self, come: Come, deadline: float) -> str:
        while time.monotonic() < deadline:
            if come.alerts <= await self._alerts():
                return ""
            await asyncio.sleep(_LOOK_EVERY_S)
        return f"nobody was alerted of {', '.join(come.alerts)}"

    async def _alerts(self) -> frozenset[str]:
        told, _ = await self._stage.client.alerts.history()
        return frozenset(alert.cause for alert in told)

    async def changes(self) -> Sequence[Change]:
        """The timeline since the fault, oldest first."""
        timeline, _ = await self._stage.client.sessions.timeline(SESSION)
        # Shorter than it was: the database was lost, and everything that it tells came afterwards.
        known = self._before.changes if len(timeline) >= self._before.changes else 0
        return list(reversed(timeline[: len(timeline) - known]))

    async def seen(self) -> Seen:
        """How the session has come to where it is now. Of messages nothing is said yet."""
        stage, changes = self._stage, await self.changes()
        dials = await _dials(stage) - self._before.dials
        return Seen(
            first_appearances(changes, stage.row.come),
            _told(changes),
            dials,
            _credentials_kept(stage),
            noticed_s=self._after(changes, self._before.at, lambda it: it.state == "reconnecting"),
            back_s=None
            if self.over is None
            else self._after(changes, self.over, lambda it: it.state == "connected"),
        )

    @staticmethod
    def _after(changes: Sequence[Change], at: float, wanted: Callable[[Change], bool]) -> float | None:
        """Seconds from a moment to the first change after it that is wanted."""
        moments = [it.at.timestamp() for it in changes if it.at is not None and wanted(it)]
        return next((moment - at for moment in moments if moment >= at), None)

    async def accounted(self, seen: Seen, trouble: str) -> Seen:
        """The same once everything has ended: what is with the messages, and whether a code was shown."""
        stage = self._stage
        codes = (await stage.simulator.stats())["qr_served"] - self._before.codes
        session = await stage.client.sessions.get(SESSION)
        received, sent = stage.talk.received, stage.talk.sent
        return replace(
            seen,
            back=session.state == "connected",
            codes=codes,
            received=len(received.sent),
            sent=len(sent.sent),
            lost=received.lost + sent.lost,
            doubled=received.duplicates + sent.duplicates,
            alerts=await self._alerts(),
            refused=len(stage.talk.refused),
            seconds=time.time() - self._before.at,
            trouble=trouble,
        )


def first_appearances(changes: Sequence[Change], come: Come) -> str:
    """Every state once, in the order in which they came first.

    A probe that is answered late, as on a busy machine, is shown and harms nobody: `unstable` counts only
    where it is expected.
    """
    states = dict.fromkeys(each.state for each in changes)
    if "unstable" not in come.states.split():
        states.pop("unstable", None)
    return " ".join(states)


def _told(changes: Sequence[Change]) -> Reason | None:
    """The worst of the reasons that were shown: what needs a human, then what says most, then the last."""
    reasons = [Reason(each.reason) for each in changes]
    bad = [reason for reason in reasons if MEANINGS[reason].end is not None or MEANINGS[reason].alert]
    return max(reversed(bad), key=_weight, default=None)


def _weight(reason: Reason) -> tuple[bool, int]:
    meaning = MEANINGS[reason]
    return meaning.alert, meaning.end.weight if meaning.end is not None else 0


async def _dials(stage: Stage) -> int:
    """As the simulator counts them; where they may not reach it, as the session does, by its epoch.

    The network in between cannot tell a dial from a look of the scout's.
    """
    if stage.network is None:
        return int((await stage.simulator.stats())["dials"])
    changes, _ = await stage.client.sessions.timeline(SESSION)
    return max(int(change["epoch"]) for change in changes)


def _credentials_kept(stage: Stage) -> bool:
    """The number's folder stands where it was. A damaged file beside it may have gone to quarantine."""
    return stage.session_folder.is_dir()


async def struck(stage: Stage, id: int, hit: int) -> bool:
    """True once the simulator's fault has struck: at once, or as often as it may, or at least once."""
    if hit:
        return True
    try:
        in_force = await stage.simulator.faults()
    except SimulatorError:
        return False
    mine = [it for it in in_force if it.id == id]
    return not mine or mine[0].strikes > 0
