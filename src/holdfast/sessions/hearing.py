"""What the engine says of connections, on its way to the machine: facts as they happen, levels every 5 s."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from holdfast.engine import Held, Levels, SessionFact
from holdfast.engine import facts as said
from holdfast.kit import logging
from holdfast.model.reasons import Reason
from holdfast.model.states import LinkLevel, State
from holdfast.sessions import facts as f
from holdfast.sessions.linking import Linking
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Closing, Link, Passkey, Runtime, ShownCode, TypedCode
from holdfast.sessions.safekeeping import Safekeeping
from holdfast.sessions.view import pairing_event, pairing_view

log = logging.get("sessions")

#: Levels come every 5 s, and at once when one changes.
_CLOSED_FOR_MS: Final = 1000
#: `connected` means that WhatsApp was heard within this window. The engine's probes end a dead link before.
ANSWERS_WITHIN_MS: Final = 45_000


class Hearing:
    """Translates what the engine says of sessions into what the machine understands."""

    def __init__(self, roster: Roster, linking: Linking, safekeeping: Safekeeping) -> None:
        self._roster, self._linking, self._safekeeping = roster, linking, safekeeping
        #: How far WhatsApp's clock was ahead of this machine's at the newest login that told.
        self.server_ahead_ms: int | None = None

    def facts(self, facts: Sequence[SessionFact]) -> None:
        """What happened to connections, in order."""
        for fact in facts:
            runtime = self._roster.index.get(fact.session_id)
            if runtime is None:
                continue
            runtime.last_fact = max(runtime.last_fact, fact.sequence)
            try:
                self._hear(runtime, fact)
            except Exception:  # one session's trouble does not cost the others their engine
                log.exception("session.fact_failed", session=runtime.name, fact=type(fact.happened).__name__)

    def _hear(self, runtime: Runtime, fact: SessionFact) -> None:
        tell, epoch, shift_ms = self._roster.tell, fact.epoch, self._roster.clock.shift_ms
        match fact.happened:
            case said.Connected(server_ahead_ms):
                self.server_ahead_ms = self.server_ahead_ms if server_ahead_ms is None else server_ahead_ms
                tell(runtime, f.LinkConnected(epoch))
            case said.Disconnected(reason, detail, until, code):
                until = None if until is None else until - shift_ms
                runtime.doubtful = runtime.doubtful or reason is Reason.STORAGE_FAILED
                tell(runtime, f.LinkDisconnected(epoch, reason, detail, until, code or None))
            case said.PairCode(code, index, of, valid_until_ms):
                if tell(runtime, f.CodeShown(epoch)):
                    self._show(runtime, code=ShownCode(code, index, of, valid_until_ms - shift_ms))
            case said.PairPhoneCode(code, until_ms):
                phone = runtime.pairing.phone if runtime.pairing is not None else None
                if phone is not None and tell(runtime, f.TypedCodeShown(epoch)):
                    self._show(runtime, typed=TypedCode(code, phone, until_ms - shift_ms))
            case said.PairPasskeyRequest(options_json, until_ms):
                if tell(runtime, f.PasskeyAsked(epoch, until_ms - shift_ms)):
                    self._roster.hide_code(runtime)
                    self._show(runtime, passkey=Passkey(options_json, until_ms - shift_ms))
            case said.PairPasskeyConfirmation(code):
                self._compare(runtime, epoch, code)
            case said.PairAccepted():
                self._accepted(runtime, epoch)
            case said.PairSuccess(jid, lid, _, push_name):
                self._linked(runtime, epoch, Link(jid, lid, push_name))
            case said.PairFailed(reason, detail):
                tell(runtime, f.PairingFailed(epoch, reason, detail))
            case said.PushNameChanged(push_name):
                self._linking.rename(runtime, push_name)
            case said.CredentialsChanged():
                self._safekeeping.changed(runtime)
            case said.OfflineDrained(count):
                log.debug("session.offline_drained", session=runtime.name, count=count)

    def _show(self, runtime: Runtime, **news: object) -> None:
        """Something else can be shown now."""
        if runtime.pairing is None:
            return
        before = pairing_view(runtime.pairing, 0)
        runtime.pairing = replace(runtime.pairing, **news)  # type: ignore[arg-type]
        shown = pairing_view(runtime.pairing, self._roster.clock.shift_ms)
        if shown is not None and pairing_view(runtime.pairing, 0) != before:
            self._roster.remember(runtime, pairing_event(shown))
        self._roster.wake(runtime)

    def _compare(self, runtime: Runtime, epoch: int, code: str) -> None:
        asked = runtime.pairing.passkey if runtime.pairing is not None else None
        if asked is not None and self._roster.tell(runtime, f.ComparisonAsked(epoch)):
            self._show(runtime, passkey=replace(asked, code=code))

    def _accepted(self, runtime: Runtime, epoch: int) -> None:
        """No code is on any screen any more: what follows takes time, and nobody must scan a dead one."""
        if epoch == runtime.session.epoch and runtime.pairing is not None and not runtime.pairing.accepted:
            self._roster.hide_code(runtime)
            self._show(runtime, accepted=True)

    def _linked(self, runtime: Runtime, epoch: int, link: Link) -> None:
        self._accepted(runtime, epoch)
        if runtime.pairing is not None:
            runtime.pairing = replace(runtime.pairing.bare, link=link)
        self._roster.tell(runtime, f.PairingSucceeded(epoch))

    # ---- levels --------------------------------------------------------------------------------------------

    def levels(self, levels: Levels) -> None:
        """The engine's periodic truth: what it holds, and by absence what it does not."""
        held, now = {it.session_id: it for it in levels.sessions}, self._roster.now
        for runtime in list(self._roster.index):
            # An engine that does not count sends them in order, and is believed.
            if levels.sequence and levels.sequence < runtime.last_fact:
                continue
            found = held.get(runtime.id)
            if found is not None:
                self._hear_level(runtime, found, now)
            elif runtime.session.state.up:
                self._hear_closed(runtime, runtime.session.epoch, now)

    def _hear_level(self, runtime: Runtime, held: Held, now: int) -> None:
        runtime.unconfirmed_ms = held.waiting_ms
        if held.last_frame_ms and held.last_frame_ms != runtime.last_heartbeat_ms:
            # Newer than the one before, also where a clock was set back.
            runtime.last_heartbeat_ms, runtime.heard_ms = held.last_frame_ms, now
        runtime.phone_seen_ms = max(runtime.phone_seen_ms, held.phone_seen_ms)
        if held.level is LinkLevel.CLOSED:
            self._hear_closed(runtime, held.epoch, now)
            return
        runtime.closing = None
        session = runtime.session
        missed = held.missed_probes or int(_unheard(runtime, now))
        usual = session.state is State.CONNECTED and held.level.up
        if usual and held.epoch == session.epoch and not missed:
            return
        self._roster.tell(runtime, f.LevelReported(held.epoch, held.level, missed))

    def _hear_closed(self, runtime: Runtime, epoch: int, now: int) -> None:
        """Believed when it is still so a moment later: the fact that says why usually follows at once."""
        closing = runtime.closing
        if closing is None or closing.epoch != epoch:
            runtime.closing = Closing(epoch, now)
        elif now - closing.since_ms >= _CLOSED_FOR_MS:
            self._roster.tell(runtime, f.LevelReported(epoch, LinkLevel.CLOSED))


def _unheard(runtime: Runtime, now: int) -> bool:
    """True where a connection is up and nothing has come for so long that it proves nothing any more.

    By the clock that decides: the one on the wall may have been set between two frames.
    """
    up_since_ms = runtime.session.up_since_ms
    return up_since_ms is not None and now - max(up_since_ms, runtime.heard_ms or 0) > ANSWERS_WITHIN_MS
