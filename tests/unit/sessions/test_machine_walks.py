"""Random walks through the session machine against an engine that forgets, repeats and reorders."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from holdfast.model.reasons import MEANINGS, Reason
from holdfast.model.states import Desired, LinkLevel, State
from holdfast.sessions import commands as c
from holdfast.sessions import facts as f
from holdfast.sessions.facts import Credentials, Session
from holdfast.sessions.machine import decide

ENDS = sorted(reason for reason in Reason if MEANINGS[reason].end is not None)
RESTING = frozenset({State.REPLACED, State.LOGGED_OUT, State.BANNED})
REFUSALS = [
    Reason.ENGINE_DOWN,
    Reason.STORAGE_FAILED,
    Reason.WRONG_KEY,
    Reason.FILE_CORRUPT,
    Reason.FOLDER_MISSING,
]


class World(RuleBasedStateMachine):
    """One session, an engine that holds at most one connection for it, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000_000
        self.session = Session(since_ms=self.now)
        self.attached = True
        self.live: set[int] = set()  # epochs that the engine dials or holds
        self.logged_in: set[int] = set()
        self.pairing: int | None = None
        self.cancelled: int | None = None  # a pairing whose end the phone may not have heard of
        self.scanned = False  # a scratch folder with a device lies on the disk
        self.folder = False
        self.forgotten = False
        self.seen_epochs: list[int] = [0]

    def tell(self, fact: f.Fact, roll: float = 0.5) -> None:
        before = self.session
        decision = decide(before, fact, self.now, roll)
        self.session = decision.session
        if isinstance(fact, f.Restored | f.EngineAttached | f.EngineLost | f.LevelReported):
            ban_over = before.banned_until_ms is not None and self.now >= before.banned_until_ms
            if before.state in RESTING and not ban_over:
                assert self.session.state is before.state, "a resting state left without its owner"
        for command in decision.commands:
            self.carry_out(command)

    def carry_out(self, command: c.Command) -> None:
        match command:
            case c.ConnectSession(epoch):
                assert epoch > max(self.seen_epochs), "an epoch came twice"
                self.seen_epochs.append(epoch)
                assert self.session.desired is Desired.UP, "connects against its owner's wish"
                if not self.attached:
                    self.tell(f.ConnectRefused(epoch, Reason.ENGINE_DOWN))
                    return
                assert not self.live, "two connections at once"
                self.live.add(epoch)
            case c.DisconnectSession():
                if self.attached:
                    self.live.clear()
                    self.logged_in.clear()
            case c.StartPairing(epoch):
                self.seen_epochs.append(epoch)
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
                    self.live.clear()
                    self.logged_in.clear()
            case c.GiveUpScratch():
                self.scanned = False
            case c.ForgetSession():
                self.forgotten = True

    def adopt(self) -> None:
        self.scanned, self.folder, self.pairing = False, True, None
        self.tell(f.CredentialsAdopted())

    @initialize(linked=st.booleans())
    def begin(self, linked: bool) -> None:
        if linked:
            self.folder = True
            self.session = Session(
                State.STOPPED, Reason.STOPPED_BY_OWNER, Desired.DOWN, Credentials.VALID, since_ms=self.now
            )

    @rule(
        fact=st.sampled_from(
            [
                f.ConnectAsked(),
                f.DisconnectAsked(),
                f.PairingAsked(),
                f.PairingCancelled(),
                f.LogoutAsked(),
            ]
        )
    )
    def owner(self, fact: f.Fact) -> None:
        wish = self.session.desired
        self.tell(fact)
        if isinstance(fact, f.DisconnectAsked):
            assert self.session.desired is Desired.DOWN
        elif isinstance(fact, f.LogoutAsked | f.PairingCancelled):
            assert self.session.desired is wish

    @rule(ms=st.integers(1, 400_000), roll=st.floats(0, 0.999))
    def time_passes(self, ms: int, roll: float) -> None:
        self.now += ms
        wake = self.session.wake_at_ms
        if wake is not None and wake <= self.now:
            self.tell(f.TimeCame(), roll)

    @precondition(lambda self: self.attached and self.live)
    @rule()
    def logs_in(self) -> None:
        epoch = max(self.live)
        self.logged_in.add(epoch)
        self.tell(f.LinkConnected(epoch))

    @precondition(lambda self: self.attached and self.live)
    @rule(reason=st.sampled_from(ENDS), told=st.booleans())
    def connection_ends(self, reason: Reason, told: bool) -> None:
        epoch = max(self.live)
        self.live.clear()
        self.logged_in.clear()
        if told:
            self.tell(f.LinkDisconnected(epoch, reason, banned_until_ms=self.now + 50_000))

    @precondition(lambda self: self.attached and self.live)
    @rule(reason=st.sampled_from(REFUSALS))
    def attempt_is_refused(self, reason: Reason) -> None:
        epoch = max(self.live)
        if epoch not in self.logged_in:
            self.live.clear()
            self.tell(f.ConnectRefused(epoch, reason))

    @rule(epoch=st.integers(0, 30), reason=st.sampled_from(ENDS))
    def old_news_comes(self, epoch: int, reason: Reason) -> None:
        if epoch < self.session.epoch:
            before = self.session
            self.tell(f.LinkDisconnected(epoch, reason))
            self.tell(f.LinkConnected(epoch))
            self.tell(f.LevelReported(epoch, LinkLevel.DRAINED))
            assert self.session == before

    @precondition(lambda self: self.attached)
    @rule(missed=st.integers(0, 2))
    def levels_come(self, missed: int) -> None:
        if self.live:
            epoch = max(self.live)
            level = LinkLevel.DRAINED if epoch in self.logged_in else LinkLevel.DIALING
            self.tell(f.LevelReported(epoch, level, missed))
        else:
            self.tell(f.LevelReported(self.session.epoch, LinkLevel.CLOSED))
        if self.session.state.up:
            assert self.session.epoch in self.logged_in, "connected, and the engine holds no such connection"

    @precondition(lambda self: self.pairing is not None)
    @rule()
    def code_comes(self) -> None:
        assert self.pairing is not None
        self.tell(f.CodeShown(self.pairing))

    @precondition(lambda self: self.pairing is not None)
    @rule()
    def phone_scans(self) -> None:
        assert self.pairing is not None
        self.scanned = True
        epoch, self.pairing = self.pairing, None
        self.tell(f.PairingSucceeded(epoch))

    @precondition(lambda self: self.attached and self.cancelled == self.session.epoch)
    @rule()
    def phone_scans_in_the_moment_of_giving_up(self) -> None:
        assert self.cancelled is not None
        epoch, self.cancelled = self.cancelled, None
        self.tell(f.PairingSucceeded(epoch))

    @precondition(lambda self: self.attached)
    @rule(survives=st.booleans())
    def engine_goes(self, survives: bool) -> None:
        self.attached = False
        if not survives:
            self.live.clear()
            self.logged_in.clear()
        self.pairing = None
        self.tell(f.EngineLost())

    @precondition(lambda self: not self.attached)
    @rule()
    def engine_comes(self) -> None:
        self.attached = True
        if self.scanned:
            self.live.clear()
            self.logged_in.clear()
            self.adopt()
            return
        if self.live:
            epoch = max(self.live)
            self.tell(
                f.EngineAttached(epoch, LinkLevel.DRAINED if epoch in self.logged_in else LinkLevel.DIALING)
            )
        else:
            self.tell(f.EngineAttached())

    @rule()
    def gateway_restarts(self) -> None:
        self.attached = False
        self.pairing = None
        self.tell(f.Restored())
        assert not self.session.state.up, "connected before anybody asked the engine"

    @invariant()
    def wish_down_means_no_connection(self) -> None:
        if self.session.desired is Desired.DOWN and self.attached:
            assert not self.live
            assert self.session.retry_at_ms is None

    @invariant()
    def credentials_agree_with_the_disk(self) -> None:
        assert (self.session.credentials is Credentials.VALID) == self.folder

    @invariant()
    def nothing_waits_for_ever(self) -> None:
        """An attached, wanted session has a connection, an attempt, or a time at which it tries again."""
        if self.session.state in {State.CONNECTING, State.RECONNECTING} and self.attached and self.folder:
            assert (
                self.session.in_flight
                or self.session.retry_at_ms is not None
                or (self.session.reason is Reason.ENGINE_DOWN)
            )


World.TestCase.settings = settings(max_examples=300, stateful_step_count=50)
TestWorld = World.TestCase
