"""One running simulator: its phones, its faults, what passed it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from holdfast.lab import faults
from holdfast.lab.admin import Admin, SimulatorError
from holdfast.lab.facts import Clock, GroupState, Linked, read
from holdfast.lab.faults import Fault, FaultInForce, FaultKind, FaultOrder, Match
from holdfast.lab.group import Group
from holdfast.lab.phone import Phone
from holdfast.lab.process import Plan, Program
from holdfast.lab.transcript import Stanza, query

_POLL_S = 5.0
_PAGE = 500
_PAUSE_S = 0.05

# An id that no stanza has: a look for it passes over everything and tells where the end is.
_NOBODY = "mark of the lab"


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
        options: Sequence[str] = (),
    ) -> AsyncIterator["Simulator"]:
        """A simulator of our own; the trust file and its log lie in `folder`. It ends with this block or this
        process. `transcript` is how many stanzas it remembers, 0 for its own default.

        Raises BinaryMissing when it is not built, SimulatorError when it does not start.
        """
        program = Program(Plan(folder, seed, state, port, transcript, options))
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

    async def seed(self) -> int:
        """The seed that its choices follow from."""
        return int((await self.admin.get("/"))["seed"])

    async def stats(self) -> Mapping[str, int]:
        """Counters of the whole simulator: registrations, qr_served, connections, …"""
        answer: Mapping[str, int] = await self.admin.get("/admin/stats")
        return answer

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

    # ---- time and manners ----------------------------------------------------------------------------

    async def clock(self) -> Clock:
        """The simulation's time."""
        return read(Clock, await self.admin.get("/admin/clock"))

    async def advance(self, by: timedelta) -> Clock:
        """So much time passes at once."""
        return read(Clock, await self.admin.post("/admin/clock", {"advance_s": by.total_seconds()}))

    async def set_clock(self, offset: timedelta) -> Clock:
        """From now on the time is the machine's and so much more; zero is the machine's again."""
        return read(Clock, await self.admin.post("/admin/clock", {"offset_s": offset.total_seconds()}))

    async def set_strict(self, strict: bool) -> None:
        """Strict: unknown queries are refused, not answered with an empty result."""
        await self.admin.post("/admin/mode", {"strict": strict})

    async def unknown_queries(self) -> Sequence[Mapping[str, Any]]:
        """Kinds of queries that clients asked and the simulator does not know."""
        items: Sequence[Mapping[str, Any]] = (await self.admin.get("/admin/unknown"))["items"]
        return items

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

    # ---- transcript ----------------------------------------------------------------------------------

    async def transcript(
        self, account: "Phone | str | None" = None, *, after: int = 0, limit: int = 0, **filters: Any
    ) -> Sequence[Stanza]:
        """The remembered stanzas that match, oldest first.

        Filters: device, conn, direction ("in", "out"), tag, xmlns, type, id, since, until, text, fault.
        """
        return (await self._transcript(after, limit, 0.0, {"account": account, **filters}))[0]

    async def _transcript(
        self, after: int, limit: int, wait_s: float, filters: Mapping[str, Any]
    ) -> tuple[Sequence[Stanza], int]:
        params = {**query(filters), "after": after or None, "limit": limit or None}
        body = await self.admin.get("/admin/transcript", params, wait_s)
        return [read(Stanza, item) for item in body["items"]], int(body["next"])

    async def export(self, file: Path, **filters: Any) -> int:
        """Write the remembered stanzas that match to a file, one JSON line each; returns how many."""
        lines = [line async for line in self.admin.lines("/admin/transcript.jsonl", query(filters))]
        await asyncio.to_thread(file.write_text, "".join(f"{line}\n" for line in lines))
        return len(lines)

    async def mark(self) -> int:
        """The transcript's present end, for `after=` of a later look."""
        return (await self._transcript(0, 0, 0.0, {"id": _NOBODY}))[1]

    async def watch(self, *, after: int = 0, **filters: Any) -> AsyncIterator[Stanza]:
        """Every stanza that matches, the remembered ones first, then as they come. Never ends by itself."""
        while True:
            items, after = await self._transcript(after, _PAGE, _POLL_S, filters)
            for item in items:
                yield item
            if not items:  # nothing for a while, or a simulator without a transcript, which never waits
                await asyncio.sleep(_PAUSE_S)

    async def wait_for(
        self,
        *,
        where: Callable[[Stanza], bool] | None = None,
        after: int = 0,
        timeout_s: float = 20.0,
        **filters: Any,
    ) -> Stanza:
        """The first stanza that matches, the remembered ones included.

        Raises SimulatorError after `timeout_s`.
        """
        try:
            async with asyncio.timeout(timeout_s):
                async for stanza in self.watch(after=after, **filters):
                    if where is None or where(stanza):
                        return stanza
        except TimeoutError:
            pass
        wanted = ", ".join(f"{name}={value}" for name, value in filters.items()) or "any"
        raise SimulatorError(f"No stanza ({wanted}) passed within {timeout_s:g} s")


def _number(phone: "Phone | str | None") -> str | None:
    return phone.phone if isinstance(phone, Phone) else phone.lstrip("+") if phone else None
