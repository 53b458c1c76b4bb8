"""An engine in Python that does what a test says:

drops, delays and doubles answers, facts and deliveries, and dies.
"""

import asyncio
import contextlib
import fcntl
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.engine.channel import MAX_VERSION, MIN_VERSION, FrameSplitter
from holdfast.engine.v1 import engine_pb2 as pb

Answer = Callable[[pb.Command], pb.Result | None]


@dataclass
class HeldSession:
    """What this engine holds of one session."""

    folder: str = ""
    jid: str = ""
    epoch: int = 0
    level: int = pb.CLOSED


@dataclass
class ScriptedEngine:
    """One engine incarnation on a data folder."""

    data: Path
    folders: dict[str, bytes]  # the disk: name -> session.key; shared by all incarnations of a test
    jids: dict[str, str]  # the disk: folder -> device
    version: int = MAX_VERSION
    engine_id: str = "scripted-1"
    connects_at_once: bool = True  # answers Connect with a Connected fact
    last_frame_ms: int = 77  # when WhatsApp was heard last, in levels
    repeat: int = 1  # how often every fact and delivery is told
    silent: set[str] = field(default_factory=set)  # commands that get no answer
    delay_s: dict[str, float] = field(default_factory=dict)
    refuse: dict[str, pb.ErrorCode] = field(default_factory=dict)

    sessions: dict[str, HeldSession] = field(default_factory=dict)
    commands: list[pb.Command] = field(default_factory=list)
    confirmed: Counter[int] = field(default_factory=Counter)
    shutdowns: list[str] = field(default_factory=list)
    quarantined: dict[str, str] = field(default_factory=dict)
    unlinked: list[str] = field(default_factory=list)
    waiting: dict[int, pb.Delivery] = field(default_factory=dict)
    attached: asyncio.Event = field(default_factory=asyncio.Event)
    _writer: asyncio.StreamWriter | None = None
    _server: asyncio.Server | None = None
    _lock: int = -1
    _last_delivery: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    # ---- life

    async def start(self) -> None:
        """Hold the folder, listen and announce."""
        self.hold()
        await self.listen()

    def hold(self) -> None:
        """The first moment of an engine's life: it holds the folder and cannot be reached yet."""
        run = self.data / "run"
        run.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(run / "engine.lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # All scripted engines live in the process of the tests: a name tells them apart.
        (run / "engine.pid").write_text(f"{self.engine_id}\n")

    async def listen(self) -> None:
        """Listen and announce."""
        run = self.data / "run"
        path = run / f"{self.engine_id}.sock"
        self._server = await asyncio.start_unix_server(self._serve, str(path))
        made = run / f"{self.engine_id}.addr"
        made.write_text(f"{path}\n")
        made.replace(run / "engine.addr")  # whoever sees it sees all of it

    async def die(self) -> None:
        """As by kill -9: nothing is said."""
        if self._server is not None:
            self._server.close()
        if self._writer is not None:
            self._writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(OSError):
            os.close(self._lock)
        self._lock = -1

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        splitter = FrameSplitter()
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                for body in splitter.feed(data):
                    await self._down(pb.Down.FromString(body), writer)
        if self._writer is writer:
            self.attached.clear()
            self._writer = None

    async def _down(self, down: pb.Down, writer: asyncio.StreamWriter) -> None:
        if down.HasField("hello"):
            self._welcome(writer)
        if down.HasField("shutdown"):
            self.shutdowns.append(down.shutdown.reason)
            await self.die()
            writer.close()
            return
        for delivery_id in down.confirmed:
            self.confirmed[delivery_id] += 1
            self.waiting.pop(delivery_id, None)
        for command in down.commands:
            self.commands.append(command)
            self._carry_out(command)

    def _welcome(self, writer: asyncio.StreamWriter) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = writer
        version = self.version if MIN_VERSION <= self.version <= MAX_VERSION else 0
        welcome = pb.Welcome(
            min_version=self.version, max_version=self.version, version=version, engine_id=self.engine_id,
            pid=os.getpid(), lab=True, boot_deliveries=len(self.waiting),
        )  # fmt: skip
        self._write(pb.Up(welcome=welcome))
        if version:
            # In one go with what waits: a gateway must not lose what comes right behind the welcome.
            self._write(pb.Up(deliveries=list(self.waiting.values())))
            self.attached.set()
        else:
            writer.close()

    def _write(self, up: pb.Up) -> None:
        if self._writer is not None:
            body = up.SerializeToString()
            self._writer.write(len(body).to_bytes(4, "big") + body)

    # ---- what it says

    def fact(self, session_id: str, epoch: int, **fact: object) -> None:
        """Tell a fact, as often as `repeat` says."""
        told = pb.SessionFact(session_id=session_id, epoch=epoch, at_ms=1, **fact)  # type: ignore[arg-type]
        self._write(pb.Up(facts=[told] * self.repeat))

    def end(self, session_id: str, reason: pb.Reason, *, told: bool = True) -> None:
        """The connection ends; with `told` False the fact gets lost."""
        held = self.sessions[session_id]
        held.level = pb.CLOSED
        if told:
            self.fact(session_id, held.epoch, disconnected=pb.Disconnected(reason=reason))

    def log_in(self, session_id: str, *, told: bool = True) -> None:
        """WhatsApp accepts the login."""
        held = self.sessions[session_id]
        held.level = pb.DRAINED
        if told:
            self.fact(session_id, held.epoch, connected=pb.Connected())

    def levels(self, at_ms: int = 2) -> None:
        """The periodic frame."""
        self._write(pb.Up(levels=pb.Levels(at_ms=at_ms, sessions=self._levels())))

    def _levels(self) -> list[pb.Level]:
        return [
            pb.Level(
                session_id=i,
                epoch=it.epoch,
                level=it.level,
                folder=it.folder,
                jid=it.jid,
                last_frame_ms=self.last_frame_ms,
            )
            for i, it in self.sessions.items()
        ]

    def deliver(self, session_id: str, message_id: str, text: str) -> int:
        """A message from a contact; the delivery's id."""
        self._last_delivery += 1
        message = pb.Message(
            message_id=message_id, chat="4917@s.whatsapp.net", sender="4917@s.whatsapp.net", timestamp_ms=5,
            raw=b"\n\x01x", text=pb.Text(body=text),
        )  # fmt: skip
        delivery = pb.Delivery(
            delivery_id=self._last_delivery, session_id=session_id, epoch=1, message=message
        )
        self.waiting[self._last_delivery] = delivery
        self._write(pb.Up(deliveries=[delivery] * self.repeat))
        return self._last_delivery

    # ---- what it does

    def asked(self, name: str) -> list[pb.Command]:
        """The commands of one kind so far."""
        return [it for it in self.commands if it.WhichOneof("command") == name]

    def _carry_out(self, command: pb.Command) -> None:
        name = str(command.WhichOneof("command"))
        if name in self.silent:
            return
        if name in self.refuse:
            result = pb.Result(error=pb.Error(code=self.refuse[name], message="scripted"))
        else:
            result = getattr(self, f"_do_{name}", _unknown)(command)
        result.request_id = command.request_id
        delay = self.delay_s.get(name, 0.0)
        if delay:
            task = asyncio.create_task(self._later(delay, result))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._write(pb.Up(results=[result]))

    async def _later(self, delay_s: float, result: pb.Result) -> None:
        await asyncio.sleep(delay_s)
        self._write(pb.Up(results=[result]))

    def _do_list(self, command: pb.Command) -> pb.Result:
        return pb.Result(list=pb.ListResult(levels=self._levels()))

    def _do_scout(self, command: pb.Command) -> pb.Result:
        return pb.Result()

    def _do_scan(self, command: pb.Command) -> pb.Result:
        here = command.scan.place in {pb.PLACE_UNSPECIFIED, pb.SESSIONS}
        folders = [pb.Folder(name=n, wrapped_key=k, session_bytes=9) for n, k in self.folders.items() if here]
        return pb.Result(scan=pb.ScanResult(folders=folders))

    def _do_open(self, command: pb.Command) -> pb.Result:
        folder = command.open.folder
        if folder not in self.folders:
            return pb.Result(error=pb.Error(code=pb.FOLDER_MISSING))
        if folder not in self.jids:
            return pb.Result(error=pb.Error(code=pb.FILE_CORRUPT, message="no device"))
        held = self.sessions.setdefault(command.session_id, HeldSession())
        held.folder, held.jid = folder, self.jids[folder]
        return pb.Result(open=pb.OpenResult(jid=held.jid, push_name="Owner"))

    def _do_close(self, command: pb.Command) -> pb.Result:
        self.sessions.pop(command.session_id, None)
        return pb.Result()

    def _do_connect(self, command: pb.Command) -> pb.Result:
        held = self.sessions.get(command.session_id)
        if held is None:
            return pb.Result(error=pb.Error(code=pb.UNKNOWN_SESSION))
        if command.connect.epoch <= held.epoch:
            return pb.Result(error=pb.Error(code=pb.STALE_EPOCH))
        held.epoch, held.level = command.connect.epoch, pb.DIALING
        if self.connects_at_once:
            self.log_in(command.session_id)
        return pb.Result()

    def _do_disconnect(self, command: pb.Command) -> pb.Result:
        if command.session_id in self.sessions:
            self.end(command.session_id, pb.REQUESTED)
        return pb.Result()

    def _do_pair(self, command: pb.Command) -> pb.Result:
        scratch = f".pairing-{command.session_id}"
        self.folders[scratch] = command.pair.wrapped_key
        held = HeldSession(scratch, "", command.pair.epoch, pb.PAIRING)
        self.sessions[command.session_id] = held
        return pb.Result()

    def show_code(self, session_id: str, code: str, valid_until_ms: int, index: int = 1) -> None:
        """A QR code."""
        shown = pb.PairCode(code=code, index=index, of=6, valid_until_ms=valid_until_ms)
        self.fact(session_id, self.sessions[session_id].epoch, pair_code=shown)

    def scan(self, session_id: str, jid: str, *, told: bool = True) -> None:
        """A phone scans the code."""
        held = self.sessions[session_id]
        held.level, held.jid = pb.CLOSED, jid
        self.jids[f".pairing-{session_id}"] = jid
        if told:
            self.fact(session_id, held.epoch, pair_success=pb.PairSuccess(jid=jid, push_name="Owner"))

    def _do_cancel_pair(self, command: pb.Command) -> pb.Result:
        held = self.sessions.get(command.session_id)
        if held is not None and held.level == pb.PAIRING:
            self.sessions.pop(command.session_id)
            self.folders.pop(f".pairing-{command.session_id}", None)
        return pb.Result()

    def _do_adopt(self, command: pb.Command) -> pb.Result:
        scratch, folder = f".pairing-{command.session_id}", command.adopt.folder
        if folder in self.folders:
            return pb.Result(error=pb.Error(code=pb.TARGET_EXISTS))
        self.sessions.pop(command.session_id, None)
        self.folders[folder] = self.folders.pop(scratch)
        self.jids[folder] = self.jids.pop(scratch)
        return pb.Result()

    def _do_quarantine(self, command: pb.Command) -> pb.Result:
        folder = command.quarantine.folder
        if folder not in self.folders:
            return pb.Result(error=pb.Error(code=pb.FOLDER_MISSING))
        self.sessions.pop(command.session_id, None)
        del self.folders[folder]
        self.quarantined[folder] = command.quarantine.target
        self.jids.pop(folder, None)
        return pb.Result()

    def _do_logout(self, command: pb.Command) -> pb.Result:
        return pb.Result()

    def _do_unlink(self, command: pb.Command) -> pb.Result:
        self.unlinked.append(command.unlink.folder)
        return pb.Result(unlink=pb.UnlinkResult())

    def _do_send(self, command: pb.Command) -> pb.Result:
        return pb.Result(send=pb.SendResult(timestamp_ms=9, sender="me"))


def _unknown(command: pb.Command) -> pb.Result:
    """An engine refuses what it does not know."""
    return pb.Result(error=pb.Error(code=pb.UNKNOWN_COMMAND))
