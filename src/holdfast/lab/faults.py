"""Faults: named ones and rules, put in force for a while or for a block of code."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from holdfast.lab.address import Address, address
from holdfast.lab.admin import Admin, SimulatorError
from holdfast.lab.facts import read

_NOT_FOUND = 404
_WIRE = {"direction": "dir", "class_": "class"}


@dataclass(frozen=True, slots=True)
class Match:
    """Which stanzas a rule strikes; what is None does not matter.

    Directions are the server's: "in" comes from the client, "out" goes to it. A tag may also be a moment of a
    connection: "upgrade", "handshake", "hello", "login", "upload", "download". Texts may be alternatives,
    "text|media", or all but some, "!ping". `nth` lets the first n-1 matches pass, `prob` strikes each match
    with that probability, decided by the seed.
    """

    account: Address | None = None
    device: int | None = None
    conn: int | None = None
    direction: str | None = None
    tag: str | None = None
    xmlns: str | None = None
    type: str | None = None
    #: The attribute class of an acknowledgement.
    class_: str | None = None
    id: str | None = None
    #: The tag of any element inside.
    has: str | None = None
    nth: int | None = None
    prob: float | None = None

    def body(self) -> Mapping[str, Any]:
        """As the admin API takes it."""
        named = {_WIRE.get(each.name, each.name): getattr(self, each.name) for each in fields(self)}
        if self.account is not None:
            named["account"] = address(self.account)
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that was ordered. One that is done at once is in force no more: see `hit`."""

    id: int
    name: str
    #: Connections or companions that it struck at once.
    hit: int
    #: Everything else that the simulator told of it.
    told: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class FaultInForce:
    """A fault or rule that is in force. `count` is how often it strikes yet, -1 forever."""

    id: int
    name: str = ""
    account: str = ""
    count: int = -1
    strikes: int = 0
    action: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    expires: str = ""
    match: Mapping[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """On one line, for people."""
        details = {**self.match, **self.args}
        what = [
            self.action if self.name in {"", "rule"} else self.name,
            *(f"{name}={value}" for name, value in details.items()),
        ]
        left = "until it is ended" if self.count < 0 else f"{self.count} more"
        return f"#{self.id} {' '.join(what)} ({left}, struck {self.strikes})"


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A named fault that there is, with one line on what it does."""

    name: str
    summary: str = ""


class FaultOrder:
    """An order that can be given in two ways: `await` it and it stays in force, `async with` it and it ends
    with the block. Until then nothing has happened."""

    def __init__(self, admin: Admin, body: Mapping[str, Any]) -> None:
        self._admin = admin
        self._body = body
        self._fault: Fault | None = None

    def __await__(self) -> Generator[Any, None, Fault]:
        return self._give().__await__()

    async def __aenter__(self) -> Fault:
        self._fault = await self._give()
        return self._fault

    async def __aexit__(self, *_: object) -> None:
        if self._fault is not None:
            await end(self._admin, self._fault.id)

    async def _give(self) -> Fault:
        answer = await self._admin.post("/admin/faults", self._body)
        made = answer["fault"]
        return Fault(int(made["id"]), str(made["name"] or made["action"]), int(answer["hit"]), answer)


async def end(admin: Admin, id: int) -> None:
    """End one fault. It may be gone already: its count or its time ran out."""
    try:
        await admin.delete(f"/admin/faults/{id}")
    except SimulatorError as refused:
        if refused.status != _NOT_FOUND:
            raise


async def in_force(admin: Admin) -> list[FaultInForce]:
    """Every fault that is in force."""
    return [read(FaultInForce, item) for item in (await admin.get("/admin/faults"))["items"]]


async def kinds(admin: Admin) -> list[FaultKind]:
    """Every ready-made fault that there is."""
    names = (await admin.get("/admin/faults"))["names"]
    return [FaultKind(name, summary) for name, summary in sorted(names.items())]


async def actions(admin: Admin) -> list[FaultKind]:
    """Everything that a rule can do."""
    names = (await admin.get("/admin/faults"))["actions"]
    return [FaultKind(name, summary) for name, summary in sorted(names.items())]
