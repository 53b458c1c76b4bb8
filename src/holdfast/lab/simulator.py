"""One running simulator: its phones, its faults, what passed it."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from holdfast.lab import faults
from holdfast.lab.admin import Admin, SimulatorError
from holdfast.lab.facts import AnswerDelay, GroupState, Linked, read
from holdfast.lab.faults import Fault, FaultInForce, FaultKind, FaultOrder, Match
from holdfast.lab.group import Group
from holdfast.lab.manners import Manners
from holdfast.lab.part import Via
from holdfast.lab.passed import Passed
from holdfast.lab.phone import Phone
from holdfast.lab.process import Plan, Program


class Simulator:
    """A simulated WhatsApp. Phones are objects of their own; faults and the transcript belong to all."""

    def __init__(
        self, address: str, ca_pem: str, trust_file: Path, program: Program | None = None, root_key: str = ""
    ) -> None:
        self.trust_file = trust_file
        self.root_key = root_key
        self.admin = Admin(address, ca_pem)
        self._program = program

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        folder: Path,
        *,
        seed: int = 1,
        state: Path | None = None,
        port: int = 0,
        transcript: int = 0,
        answer_delay: AnswerDelay | None = None,
        options: Sequence[str] = (),
    ) -> AsyncIterator["Simulator"]:
        """A simulator of our own; it ends with this block or this process.

        The trust file and its log lie in `folder`. `transcript` is how many stanzas it remembers, 0 for its
        own default; `answer_delay` is how long phones take for what they do by themselves, None for a
        believable time.

        Raises BinaryMissing when it is not built, SimulatorError when it does not start.
        """
        program = Program(Plan(folder, seed, state, port, transcript, answer_delay, options))
        ready = await program.start()
        try:
            trust = program.plan.trust_file
            simulator = cls(ready["address"], ready["ca_pem"], trust, program, ready["root_key"])
            try:
                yield simulator
            finally:
                await simulator.close()
        finally:
            await program.end()

    @classmethod
    def attach(cls, trust_file: Path) -> "Simulator":
        """A simulator that somebody else runs, by its trust file. Raises SimulatorError.

        Close it, or use it as `async with Simulator.attach(...) as simulator`.
        """
        try:
            trust = json.loads(trust_file.read_text())
            return cls(trust["address"], trust["ca_pem"], trust_file, root_key=trust["root_key"])
        except (OSError, ValueError, KeyError) as failure:
            reason = type(failure).__name__
            raise SimulatorError(f"{trust_file} is not a simulator's trust file ({reason})") from failure

    async def __aenter__(self) -> "Simulator":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections to it. Does not end it."""
        await self.admin.close()

    @property
    def core(self) -> Admin:
        """The admin API, which all of its parts speak to."""
        return self.admin

    @property
    def address(self) -> str:
        """Host and port of its TLS port."""
        return self.admin.address

    @property
    def pid(self) -> int | None:
        """Its process id, if we started it and it runs."""
        return self._program.pid if self._program else None

    @property
    def log_file(self) -> Path | None:
        """What it logs, if we started it."""
        return self._program.plan.log_file if self._program else None

    async def restart(self, *, save: bool = True) -> None:
        """kill -9, and start it again at the same address with its state.

        Without `save` it comes back with what it had saved last. Raises SimulatorError when it has no state
        folder or is not ours.
        """
        program = self._program
        if program is None or program.plan.state is None:
            raise SimulatorError("Only a simulator started here, with state=, can be restarted")
        if save:
            await self.save()
        port = int(self.address.rpartition(":")[2])
        await program.kill()
        ready = await program.start(port)
        await self.admin.reconnect(ready["address"], ready["ca_pem"])

    async def save(self) -> None:
        """Write the state to the folder it was started with."""
        await self.admin.post("/admin/save")

    # ---- phones and groups ---------------------------------------------------------------------------

    async def phone(self, name: str, number: str | None = None) -> Phone:
        """A new phone; with a number, the phone of that number (made when there is none)."""
        body = {"name": name, "phone": number.lstrip("+") if number else None}
        return Phone.of(self.admin, await self.admin.post("/admin/phones", body))

    async def phones(self) -> Sequence[Phone]:
        """All phones."""
        return [Phone.of(self.admin, item) for item in (await self.admin.get("/admin/phones"))["items"]]

    def at(self, number: str) -> Phone:
        """The phone with this number. Does not ask whether there is one: the first use of it will tell."""
        return Phone(number.lstrip("+"), _admin=self.admin)

    async def scan_by_push_name(self, code: str) -> Linked:
        """Scan with the phone that belongs to the push name of the client that shows this QR code."""
        return read(Linked, await self.admin.post_text("/admin/mock-phone/scan-qr", code))

    async def refresh_codes(self, kind: str | None = None) -> int:
        """Every client that shows codes has to make new ones; returns how many were told."""
        return int((await self.admin.post("/admin/codes/refresh", {"kind": kind}))["told"])

    async def groups(self) -> Sequence[GroupState]:
        """All groups."""
        return [read(GroupState, item) for item in (await self.admin.get("/admin/groups"))["items"]]

    def group(self, jid: str) -> Group:
        """The group with this JID or id."""
        id = jid.partition("@")[0]
        return Group(id, f"{id}@g.us", self.admin)

    seed = Via(Manners, Manners.seed)
    stats = Via(Manners, Manners.stats)
    reset = Via(Manners, Manners.reset)
    clock = Via(Manners, Manners.clock)
    advance = Via(Manners, Manners.advance)
    set_clock = Via(Manners, Manners.set_clock)
    answer_delay = Via(Manners, Manners.answer_delay)
    set_answer_delay = Via(Manners, Manners.set_answer_delay)
    set_strict = Via(Manners, Manners.set_strict)
    unknown_queries = Via(Manners, Manners.unknown_queries)

    transcript = Via(Passed, Passed.transcript)
    export = Via(Passed, Passed.export)
    mark = Via(Passed, Passed.mark)
    watch = Via(Passed, Passed.watch)
    wait_for = Via(Passed, Passed.wait_for)

    # ---- faults --------------------------------------------------------------------------------------

    def fault(
        self,
        name: str,
        account: "Phone | str | None" = None,
        count: int | None = None,
        *,
        ttl_s: float | None = None,
        sender: "Phone | str | None" = None,
        args: Mapping[str, Any] | None = None,
    ) -> FaultOrder:
        """A ready-made fault, for one account or all, `count` times: -1 till it is ended, None its own count.

        `await` it and it stays; `async with` it and it ends with the block. `sender` is the phone that a
        crafted message comes from.
        """
        body = {"name": name, "account": _number(account), "count": count, "ttl_s": ttl_s, "args": args}
        return FaultOrder(self.admin, {**body, "from": _number(sender)})

    def rule(
        self,
        action: str,
        match: Match | Mapping[str, Any] | None = None,
        *,
        args: Mapping[str, Any] | None = None,
        count: int | None = None,
        ttl_s: float | None = None,
    ) -> FaultOrder:
        """A rule of your own: do `action` ("drop", "delay", "duplicate", …) to what matches. As `fault`."""
        wanted = match.body() if isinstance(match, Match) else dict(match or {})
        body = {"match": wanted, "action": action, "args": args, "count": count, "ttl_s": ttl_s}
        return FaultOrder(self.admin, body)

    async def faults(self) -> Sequence[FaultInForce]:
        """Every fault and rule in force."""
        return await faults.in_force(self.admin)

    async def fault_kinds(self) -> Sequence[FaultKind]:
        """Every ready-made fault that there is, each with one line on what it does."""
        return await faults.kinds(self.admin)

    async def fault_actions(self) -> Sequence[FaultKind]:
        """Everything that a rule can do."""
        return await faults.actions(self.admin)

    async def end_fault(self, fault: Fault | FaultInForce | int) -> None:
        """End one fault before its count or time runs out."""
        await faults.end(self.admin, fault if isinstance(fault, int) else fault.id)

    async def clear_faults(self) -> None:
        """End every fault."""
        await self.admin.delete("/admin/faults")


def _number(phone: "Phone | str | None") -> str | None:
    return phone.phone if isinstance(phone, Phone) else phone.lstrip("+") if phone else None
