"""Faults: named ones and rules, put in force for a while or for a block of code."""

from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from holdfast.lab.admin import Admin
from holdfast.lab.facts import read


@dataclass(frozen=True, slots=True)
class Match:
    """Which stanzas a rule strikes; what is None does not matter.

    Directions are the server's: "in" comes from the client, "out" goes to it. `nth` strikes only the nth
    match, `prob` each match with that probability, decided by the simulator's seed.
    """

    account: str | None = None
    device: int | None = None
    conn: int | None = None
    direction: str | None = None
    tag: str | None = None
    xmlns: str | None = None
    type: str | None = None
    nth: int | None = None
    prob: float | None = None

    def body(self) -> Mapping[str, Any]:
        """As the admin API takes it."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that was ordered. `id` is None when it was done at once and nothing of it stays in force."""

    id: int | None
    name: str
    #: Connections or companions that it struck at once.
    hit: int
    #: Everything else that the simulator told of it.
    told: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class FaultInForce:
    """A fault or rule that is in force. `count` is how often it strikes yet, -1 for ever."""

    id: int
    name: str = ""
    account: str = ""
    count: int = -1
    strikes: int = 0
    action: str = ""
    match: Mapping[str, Any] = field(default_factory=dict)


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
        if self._fault is not None and self._fault.id is not None:
            await end(self._admin, self._fault.id)

    async def _give(self) -> Fault:
        answer = await self._admin.post("/admin/faults", self._body)
        made = answer.get("fault") or {}
        name = str(made.get("name") or self._body.get("name") or self._body.get("action") or "")
        return Fault(made.get("id"), name, int(answer.get("hit") or 0), answer)


async def end(admin: Admin, id: int) -> None:
    """End one fault. It may be gone already: its count or its time ran out."""
    await admin.delete(f"/admin/faults/{id}")


async def in_force(admin: Admin) -> list[FaultInForce]:
    """Every fault that is in force."""
    return [read(FaultInForce, item) for item in (await admin.get("/admin/faults"))["items"]]


async def kinds(admin: Admin) -> list[FaultKind]:
    """Every named fault that there is."""
    names = (await admin.get("/admin/faults"))["names"]
    return [FaultKind(item) if isinstance(item, str) else read(FaultKind, item) for item in names]
