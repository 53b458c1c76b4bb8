"""The gateway's way to its engine: found or started, adopted, and found or started again whenever it is gone.

Facts, levels and deliveries come through callbacks in the order in which the engine sent them; commands are
methods.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from holdfast.engine.answers import Activity
from holdfast.engine.channel import MAX_VERSION, MIN_VERSION, Arrived, Channel, Welcomed
from holdfast.engine.commands import Commands
from holdfast.engine.connection import Connection, dial
from holdfast.engine.facts import EngineIdentity, Levels, SessionFact
from holdfast.engine.families import Acts, Credentials, Files, Questions
from holdfast.engine.groups import GroupQuestions
from holdfast.engine.lastdealt import crashed, last_dealt_with
from holdfast.engine.process import EngineProcess, addresses, running, stop
from holdfast.engine.succession import Quiet
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.kit import logging
from holdfast.kit.backoff import backoff
from holdfast.model.errors import EngineOutdated, EngineProtocolError, EngineUnreachable
from holdfast.model.ids import SessionId
from holdfast.model.messages import Delivery

log = logging.get("engine")

_WELCOME_WITHIN_S: Final = 10.0
# Levels come every 5 s: an engine that says nothing for so long does not answer any more.
_SILENT_AFTER_S: Final = 25.0
_STEADY_AFTER_S: Final = 20.0
_LOOK_EVERY_S: Final = 1.0
_FAMILIES_SINCE: Final = 2  # version of the protocol
_FIRST_WITHIN_S: Final = 5.0
_REACHED_WITHIN_S: Final = 15.0


def _ignore(*_: object) -> None:
    """Nobody listens."""


class EngineLink(Commands):
    """One engine, kept. Implements the seam `Sender` of the outbox."""

    def __init__(self, process: EngineProcess, *, gateway_id: str, build: str, lab: bool) -> None:
        self._process = process
        self._gateway_id, self._build, self._lab = gateway_id, build, lab
        self._connection: Connection | None = None
        self._started = process.child_pid is not None  # here, and not yet reached
        self._levels: Levels | None = None
        self.identity: EngineIdentity | None = None
        self.files = Files(self._ask_newer)
        self.questions = Questions(self._ask_newer)
        self.acts = Acts(self._ask_newer)
        self.groups = GroupQuestions(self._ask_newer)
        self.credentials = Credentials(self._ask_newer)
        self.on_attached: Callable[[EngineIdentity], None] = _ignore
        self.on_detached: Callable[[], None] = _ignore
        self.on_facts: Callable[[Sequence[SessionFact]], None] = _ignore
        self.on_levels: Callable[[Levels], None] = _ignore
        self.on_deliveries: Callable[[Sequence[Delivery]], None] = _ignore

    @property
    def attached(self) -> bool:
        """True while an engine answers."""
        return self.identity is not None

    @property
    def commits(self) -> int:
        """Transactions that the attached engine had written to session files at its last report."""
        return 0 if self._levels is None else self._levels.commits

    # ---- keeping an engine ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep an engine attached, forever. Detaching leaves it running.

        Raises EngineProtocolError when the engine that was started here speaks no common version, and
        EngineUnreachable when the very first engine cannot be started; later ones are tried again for as long
        as it takes.
        """
        loop = asyncio.get_running_loop()
        start, failures, ever = loop.time(), 0, False
        while True:
            began = loop.time()
            try:
                await self._attach_once()
                ever = True
            except EngineUnreachable as exc:
                # An engine of before may still be on its way out, and hold the folder.
                if not ever and loop.time() - start > _FIRST_WITHIN_S:
                    raise
                log.log(40 if failures == 0 else 30, "engine.unreachable", error=str(exc), attempt=failures)
            failures = 0 if loop.time() - began >= _STEADY_AFTER_S else failures + 1
            if failures > 1:  # the first restart is immediate
                await asyncio.sleep(backoff(failures - 2, base_s=0.2, cap_s=5.0, roll=0.5))

    async def _attach_once(self) -> None:
        """Reach an engine, serve it until it is gone."""
        connection, welcomed = await self._reach()
        self._connection, self.identity = connection, welcomed.identity
        log.info(
            "engine.attached",
            engine_id=welcomed.identity.engine_id,
            pid=welcomed.identity.pid,
            waiting=welcomed.identity.waiting,
        )
        try:
            self.on_attached(welcomed.identity)
            connection.begin()
            reason = await self._until_ended(connection, welcomed)
        except asyncio.CancelledError:
            # Our own end is not the engine's: it keeps its connections, and nobody is told that they are
            # gone.
            self.on_detached = _ignore
            raise
        finally:
            self._detach()
        if isinstance(reason, EngineProtocolError):
            log.error("engine.protocol_broken", error=str(reason))
        log.warning("engine.detached", error=str(reason) if reason else "connection closed")
        if welcomed.identity.pid == self._process.child_pid or not running(self._process.data):
            await self._process.reap()

    async def _until_ended(self, connection: Connection, welcomed: Welcomed) -> Exception | None:
        loop, quiet = asyncio.get_running_loop(), Quiet()
        # One that was started here is what this installation ships, however old.
        outdated = (
            welcomed.identity.version < MAX_VERSION and welcomed.identity.pid != self._process.child_pid
        )
        look_every_s = _LOOK_EVERY_S if outdated else _SILENT_AFTER_S / 2
        while True:
            done, _ = await asyncio.wait([connection.ended], timeout=look_every_s)
            if done:
                return connection.ended.result()
            if loop.time() - connection.last_heard > _SILENT_AFTER_S:
                return EngineUnreachable(f"The engine said nothing for {_SILENT_AFTER_S:.0f} s")
            if outdated and quiet.look(self._levels, connection.unanswered):
                await self._replace((connection, welcomed))
                return None

    def _detach(self) -> None:
        if self._connection is None:
            return
        self._connection.close()
        self._connection, self.identity, self._levels = None, None, None
        self.on_detached()

    async def _reach(self) -> tuple[Connection, Welcomed]:
        """A welcomed connection: to the engine that runs, else to one that is started now.

        An engine that holds the folder and does not listen yet is waited for: one that a gateway of before
        has started, or one on its way out. Its announcement is never touched.
        """
        loop = asyncio.get_running_loop()
        deadline, pause_s = loop.time() + _REACHED_WITHIN_S, 0.002
        while True:
            reached = await self._try()
            if reached is not None:
                return reached
            holds, refusal = running(self._process.data), self._process.refusal
            if not holds and refusal is not None and self._started:
                self._started = False
                raise refusal
            if not holds and self._process.child_pid is None:
                self._process.start()
                self._started = True
            if loop.time() > deadline:
                raise self._process.unreachable(_REACHED_WITHIN_S)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, 0.05)

    async def _try(self) -> tuple[Connection, Welcomed] | None:
        """The engine that listens now, if it fits. One that does not is ended.

        Raises EngineProtocolError when it is the one that was started here.
        """
        for path in addresses(self._process.data):
            try:
                reached = await self._greet(str(path))
            except (OSError, EngineUnreachable):
                continue
            if self._fits(reached[1]):
                self._started = False
                return reached
            if reached[1].identity.pid == self._process.child_pid:
                reached[0].close()
                wanted = f"{MIN_VERSION}..{MAX_VERSION}"
                raise EngineProtocolError(
                    f"{self._process.program.binary} speaks no protocol version of {wanted}",
                    next_step="Build engine and gateway from one version (`make setup`).",
                )
            await self._replace(reached)
        return None

    async def _greet(self, path: str) -> tuple[Connection, Welcomed]:
        channel = Channel(self._gateway_id, self._build)
        connection = await dial(path, lambda: Connection(channel, self._arrived))
        try:
            async with asyncio.timeout(_WELCOME_WITHIN_S):
                return connection, await connection.welcomed
        except TimeoutError as exc:
            connection.close()
            raise EngineUnreachable(f"The engine at {path} does not answer") from exc
        except BaseException:
            connection.close()
            raise

    def _fits(self, welcomed: Welcomed) -> bool:
        return welcomed.identity.version != 0 and welcomed.identity.lab == self._lab

    async def _replace(self, reached: tuple[Connection, Welcomed]) -> None:
        """End a running engine: one that cannot serve us, or an older one at a quiet moment."""
        connection, welcomed = reached
        connection.close()
        log.warning(
            "engine.replaced",
            pid=welcomed.identity.pid,
            build=welcomed.identity.build,
            lab=welcomed.identity.lab,
        )
        await asyncio.to_thread(stop, self._process.data, "replaced by the engine of this version")

    def _arrived(self, heard: Arrived) -> None:
        # Facts before levels: a level overrules an event that is older, and carries its time to tell.
        if heard.facts:
            self.on_facts(heard.facts)
        if heard.levels is not None:
            self._levels = heard.levels
            self.on_levels(heard.levels)
        if heard.deliveries:
            self.on_deliveries(heard.deliveries)

    # ---- what goes down ------------------------------------------------------------------------------------

    def confirm(self, delivery_ids: Iterable[int]) -> None:
        """These deliveries are durable.

        Without an engine this is dropped: they come again, and are twins by then.
        """
        if self._connection is not None:
            self._connection.confirm(delivery_ids)

    async def show_typing(self, session_id: SessionId, to: str) -> None:
        """Show "typing…" in a chat. Raises as the acts do."""
        await self.acts.show_activity(session_id, to, Activity.TYPING)

    def last_dealt_with(self) -> Sequence[SessionId]:
        """Of an engine that has crashed: who had the last frame or dialled, the likeliest first."""
        process = self._process
        return last_dealt_with(process.data / "run") if crashed(process.program.log) else []

    async def _ask_newer(self, command: pb.Command) -> pb.Result:
        if self.identity is not None and self.identity.version < _FAMILIES_SINCE:
            raise EngineOutdated()
        return await self._ask(command)

    async def _ask(self, command: pb.Command, *, sending: bool = False) -> pb.Result:
        if self._connection is None:
            raise EngineUnreachable()
        return await self._connection.command(command, sending=sending)
