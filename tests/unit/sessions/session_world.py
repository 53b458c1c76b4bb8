"""One session, an engine that forgets and repeats, a phone, an owner, time: and what must never happen.

Walks choose moves, at random or as Hypothesis draws; every move ends with the invariants.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from holdfast.model.actions import Action
from holdfast.model.policy import DEFAULT_POLICY, Policy, attempts_allowed
from holdfast.model.reasons import MEANINGS, Fate, Reason
from holdfast.model.states import Desired, LinkLevel, State
from holdfast.model.words import of_reason
from holdfast.sessions import commands as c
from holdfast.sessions import facts as f
from holdfast.sessions.facts import Credentials, Session
from holdfast.sessions.loading import in_our_time
from holdfast.sessions.machine import decide
from holdfast.sessions.offers import offered

ENDS: Final = sorted(reason for reason in Reason if MEANINGS[reason].end is not None)
RESTING: Final = frozenset({State.REPLACED, State.LOGGED_OUT, State.BANNED})
REFUSALS: Final = (
    Reason.ENGINE_DOWN,
    Reason.STORAGE_FAILED,
    Reason.WRONG_KEY,
    Reason.FILE_CORRUPT,
    Reason.FOLDER_MISSING,
)
BREAKS: Final = (Reason.NETWORK, Reason.RESTART_REQUIRED, Reason.SILENT)
PAIRING_ENDS: Final = sorted(reason for reason in Reason if MEANINGS[reason].state is None)
_WINDOW_MS: Final = 60_000


class Dice(Protocol):
    """What a move draws: `random.Random`, or one whose draws Hypothesis chooses."""

    def random(self) -> float: ...
    def randint(self, a: int, b: int) -> int: ...
    def choice(self, seq: Sequence[Reason]) -> Reason: ...


class World:
    """The walk's ground. A promise that does not hold raises AssertionError."""

    def __init__(self, *, linked: bool, policy: Policy = DEFAULT_POLICY) -> None:
        self.policy = policy
        self.now = 1_000_000
        self.session = Session(since_ms=self.now)
        self.attached = True
        self.live: set[int] = set()  # epochs that the engine dials or holds
        self.logged_in: set[int] = set()
        self.pairing: int | None = None
        self.cancelled: int | None = None  # a pairing whose end the phone may not have heard of
        self.scanned = False  # a scratch folder with a device lies on the disk
        self.folder = linked
        self.newest_epoch = 0
        #: When attempts began that nobody asked for, since somebody last set the count back.
        self.by_time: deque[int] = deque()
        self.conflict_attempts = 0
        self.most = attempts_allowed(Reason.RESTART_REQUIRED, _WINDOW_MS / 1000, policy)
        self._fact: f.Fact = f.TimeCame()
        if linked:
            self.session = Session(
                State.STOPPED, Reason.STOPPED_BY_OWNER, Desired.DOWN, Credentials.VALID, since_ms=self.now
            )

    # ---- what the room around the machine does -------------------------------------------------------------

    def tell(self, fact: f.Fact, roll: float = 0.5) -> None:
        before, self._fact = self.session, fact
        decision = decide(before, fact, self.now, roll, self.policy)
        after = self.session = decision.session
        if isinstance(
            fact, f.Restored | f.EngineAttached | f.EngineLost | f.LevelReported | f.NetworkReturned
        ):
            ban_over = before.banned_until_ms is not None and self.now >= before.banned_until_ms
            assert before.state not in RESTING or ban_over or after.state is before.state, (
                "a resting state left without its owner"
            )
        if before.credentials is Credentials.VALID and after.credentials is not Credentials.VALID:
            self._lost_for_a_reason(fact, after)
        if before.conflicts > after.conflicts:
            self.conflict_attempts = 0
        for command in decision.commands:
            self.carry_out(command, before)
        if before.reason is not after.reason or before.state is not after.state:
            self._a_way_out()

    @staticmethod
    def _lost_for_a_reason(fact: f.Fact, after: Session) -> None:
        end = MEANINGS[after.reason].end
        by_whatsapp = end is not None and end.credentials is Fate.QUARANTINE
        assert by_whatsapp or isinstance(fact, f.LogoutAsked), f"{fact} cost the credentials"

    def _a_way_out(self) -> None:
        """It goes on by itself, or its owner can do something about it and is told what."""
        session = self.session
        goes_on = session.in_flight or session.wake_at_ms is not None or session.reason is Reason.ENGINE_DOWN
        if goes_on or session.state is State.CONNECTING:
            return
        assert {Action.CONNECT, Action.PAIR} & set(offered(session)), f"no way out of {session}"
        assert of_reason(session.reason, session.code).next_step.endswith(".")

    def carry_out(self, command: c.Command, before: Session) -> None:
        match command:
            case c.ConnectSession(epoch):
                self._dialled(epoch, before)
            case c.DisconnectSession():
                if self.attached:
                    self._hang_up()
            case c.StartPairing(epoch):
                self.newest_epoch = epoch
                assert not self.folder, "a QR was made while valid credentials exist"
                if self.attached:
                    self.pairing = epoch
                else:
                    self.tell(f.ConnectRefused(epoch, Reason.ENGINE_DOWN))
            case c.CancelPairing():
                self.cancelled, self.pairing = self.pairing, None
            case c.AdoptCredentials():
                if self.attached:
                    self.adopt()
            case c.QuarantineCredentials() | c.GiveUpLink():
                if self.session.credentials is not Credentials.VALID:
                    self.folder = False
                    self._hang_up()
            case c.GiveUpScratch():
                self.scanned = False

    def _dialled(self, epoch: int, before: Session) -> None:
        assert epoch > self.newest_epoch, "an epoch came twice"
        self.newest_epoch = epoch
        assert self.session.desired is Desired.UP, "connects against its owner's wish"
        if isinstance(self._fact, f.TimeCame):
            self._counted(before)
        if not self.attached:
            self.tell(f.ConnectRefused(epoch, Reason.ENGINE_DOWN))
            return
        assert not self.live, "two connections at once"
        self.live.add(epoch)

    def _counted(self, before: Session) -> None:
        if before.state is State.REPLACED:
            self.conflict_attempts += 1
            assert self.conflict_attempts <= self.policy.conflict_retries, "it fights"
        self.by_time.append(self.now)
        while self.by_time[0] < self.now - _WINDOW_MS:
            self.by_time.popleft()
        assert len(self.by_time) <= self.most, "more attempts than the policy allows"

    def _hang_up(self) -> None:
        self.live.clear()
        self.logged_in.clear()

    def adopt(self) -> None:
        self.scanned, self.folder, self.pairing = False, True, None
        self.tell(f.CredentialsAdopted())

    # ---- the moves -----------------------------------------------------------------------------------------

    def owner_asks(self, fact: f.Fact) -> None:
        wish = self.session.desired
        self.by_time.clear()
        self.conflict_attempts = 0
        self.tell(fact)
        if isinstance(fact, f.DisconnectAsked):
            assert self.session.desired is Desired.DOWN
        elif isinstance(fact, f.LogoutAsked | f.PairingCancelled):
            assert self.session.desired is wish

    def time_passes(self, dice: Dice) -> None:
        self.now += dice.randint(1, 400_000) if dice.random() < 0.5 else dice.randint(1, 4000)
        wake = self.session.wake_at_ms
        if wake is not None and wake <= self.now:
            self.tell(f.TimeCame(), dice.random())

    def time_passes_to_the_moment(self, dice: Dice) -> None:
        """As timers do: nothing else happens before, and the shortest waits are the likeliest to hurt."""
        wake = self.session.wake_at_ms
        assert wake is not None
        self.now = max(self.now, wake)
        self.tell(f.TimeCame(), dice.random() * dice.random())

    def logs_in(self) -> None:
        epoch = max(self.live)
        self.logged_in.add(epoch)
        self.tell(f.LinkConnected(epoch))

    def connection_ends(self, dice: Dice) -> None:
        epoch = max(self.live)
        self._hang_up()
        if dice.random() < 0.8:
            until, roll = self.now + 50_000, dice.random()
            self.tell(f.LinkDisconnected(epoch, dice.choice(ENDS), banned_until_ms=until), roll)

    def connection_breaks(self, dice: Dice) -> None:
        epoch = max(self.live)
        self._hang_up()
        self.tell(f.LinkDisconnected(epoch, dice.choice(BREAKS)), dice.random() * dice.random())

    def attempt_is_refused(self, dice: Dice) -> None:
        epoch = max(self.live)
        if epoch not in self.logged_in:
            self.live.clear()
            self.tell(f.ConnectRefused(epoch, dice.choice(REFUSALS)), dice.random())

    def old_news_comes(self, dice: Dice) -> None:
        epoch = dice.randint(0, max(0, self.session.epoch - 1))
        if epoch < self.session.epoch:
            before = self.session
            self.tell(f.LinkDisconnected(epoch, dice.choice(ENDS)))
            self.tell(f.LinkConnected(epoch))
            self.tell(f.LevelReported(epoch, LinkLevel.DRAINED))
            assert self.session == before

    def levels_come(self, dice: Dice) -> None:
        if self.live:
            epoch = max(self.live)
            level = LinkLevel.DRAINED if epoch in self.logged_in else LinkLevel.DIALING
            self.tell(f.LevelReported(epoch, level, dice.randint(0, 2)), dice.random())
        else:
            self.tell(f.LevelReported(self.session.epoch, LinkLevel.CLOSED), dice.random())
        if self.session.state.up:
            assert self.session.epoch in self.logged_in, "connected, and the engine holds no such connection"

    def code_comes(self) -> None:
        assert self.pairing is not None
        self.tell(f.CodeShown(self.pairing))

    def phone_scans(self) -> None:
        assert self.pairing is not None
        self.scanned = True
        epoch, self.pairing = self.pairing, None
        self.by_time.clear()
        self.tell(f.PairingSucceeded(epoch))

    def phone_scans_in_the_moment_of_giving_up(self) -> None:
        assert self.cancelled is not None
        epoch, self.cancelled = self.cancelled, None
        self.by_time.clear()
        self.tell(f.PairingSucceeded(epoch))

    def pairing_fails(self, dice: Dice) -> None:
        assert self.pairing is not None
        epoch, self.pairing = self.pairing, None
        self.tell(f.PairingFailed(epoch, dice.choice(PAIRING_ENDS)))

    def engine_goes(self, dice: Dice) -> None:
        self.attached = False
        if dice.random() < 0.5:
            self._hang_up()
        self.pairing = None
        self.tell(f.EngineLost())

    def engine_comes(self) -> None:
        self.attached = True
        if self.scanned:
            self._hang_up()
            self.by_time.clear()
            self.adopt()
            return
        if self.live:
            epoch = max(self.live)
            self.tell(
                f.EngineAttached(epoch, LinkLevel.DRAINED if epoch in self.logged_in else LinkLevel.DIALING)
            )
        else:
            self.tell(f.EngineAttached())

    def gateway_restarts(self, dice: Dice) -> None:
        """Times come back as the wall clock said them, and that may have been set meanwhile."""
        self.attached = False
        self.pairing = None
        jump_ms = round((dice.random() - 0.5) * 10_000_000) if dice.random() < 0.3 else 0
        waited = self.session.banned_until_ms
        stored = replace(self.session.moved(jump_ms), deadline_ms=None, up_since_ms=None, stable_at_ms=None)
        stored = replace(stored, in_flight=False)
        self.session = in_our_time(stored, self.now, self.policy)
        wake = self.session.retry_at_ms
        if wake is not None and waited is None:
            longest_ms = self.policy.longest_wait_s(self.session.reason) * 1000
            assert wake - self.now <= longest_ms, "a clock that was set holds the session up"
        if jump_ms:
            self.by_time.clear()
        self.tell(f.Restored())
        assert not self.session.state.up, "connected before anybody asked the engine"

    def network_returns(self) -> None:
        self.tell(f.NetworkReturned())

    # ---- what holds after every move -----------------------------------------------------------------------

    def check(self) -> None:
        session = self.session
        if self.session.desired is Desired.DOWN and self.attached:
            assert not self.live
            assert session.retry_at_ms is None
        assert (session.credentials is Credentials.VALID) == self.folder, "the disk says something else"
        if session.state in {State.CONNECTING, State.RECONNECTING} and self.attached and self.folder:
            waits = session.in_flight or session.retry_at_ms is not None
            assert waits or session.reason is Reason.ENGINE_DOWN, "it waits forever"
        if session.state.up and session.attempt:
            assert session.stable_at_ms is not None, "nothing sets the count of attempts back"


@dataclass(frozen=True)
class Move:
    """Something that can happen, and when."""

    name: str
    possible: Callable[[World], bool]
    do: Callable[[World, Dice], None]


def _always(world: World) -> bool:
    return True


def _on_line(world: World) -> bool:
    return world.attached and bool(world.live)


def _pairing(world: World) -> bool:
    return world.pairing is not None


def _asks(fact: f.Fact) -> Move:
    return Move(type(fact).__name__, _always, lambda world, dice: world.owner_asks(fact))


MOVES: Final[Sequence[Move]] = (
    *map(
        _asks,
        (f.ConnectAsked(), f.DisconnectAsked(), f.PairingAsked(), f.PairingCancelled(), f.LogoutAsked()),
    ),
    Move("time passes", _always, World.time_passes),
    Move("a timer", lambda w: w.session.wake_at_ms is not None, World.time_passes_to_the_moment),
    Move("logs in", _on_line, lambda w, _: w.logs_in()),
    Move("connection ends", _on_line, World.connection_ends),
    Move("connection ends again", _on_line, World.connection_ends),
    Move("attempt refused", _on_line, World.attempt_is_refused),
    Move("old news", _always, World.old_news_comes),
    Move("levels", lambda w: w.attached, World.levels_come),
    Move("code", _pairing, lambda w, _: w.code_comes()),
    Move("scan", _pairing, lambda w, _: w.phone_scans()),
    Move("pairing fails", _pairing, World.pairing_fails),
    Move(
        "scan while giving up",
        lambda w: w.attached and w.cancelled is not None and w.cancelled == w.session.epoch,
        lambda w, _: w.phone_scans_in_the_moment_of_giving_up(),
    ),
    Move("engine goes", lambda w: w.attached, World.engine_goes),
    Move("engine comes", lambda w: not w.attached, lambda w, _: w.engine_comes()),
    Move("gateway restarts", _always, World.gateway_restarts),
    Move("network returns", lambda w: w.attached, lambda w, _: w.network_returns()),
)

#: Nobody helps and nothing lasts: what is left is the policy's own pace.
STORM: Final[Sequence[Move]] = (
    Move("a timer", lambda w: w.session.retry_at_ms is not None, World.time_passes_to_the_moment),
    Move("logs in", _on_line, lambda w, _: w.logs_in()),
    Move("connection breaks", _on_line, World.connection_breaks),
    Move("gateway restarts", lambda w: w.attached and w.now % 10 == 0, World.gateway_restarts),
    Move("engine comes", lambda w: not w.attached, lambda w, _: w.engine_comes()),
)
