"""Which simulator is meant, and who in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from holdfast.client import lab_folder
from holdfast.lab import Group, Phone, Simulator, SimulatorError, SimulatorSilent
from holdfast.lab.address import Address

START = "Next step: `holdfast lab start`, `holdfast up --lab` or `holdfast demo`, or name its --trust file"


def trust_file(data: Path | None, trust: Path | None) -> Path:
    """The simulator's trust file: named, or the one of the data folder's own lab. Raises SimulatorError."""
    found = trust or (data or lab_folder()) / "lab" / "trust.json"
    if not found.is_file():
        raise SimulatorError(f"No simulator runs for this data folder ({found} is missing). {START}")
    return found


@asynccontextmanager
async def attached(data: Path | None, trust: Path | None) -> AsyncIterator[Simulator]:
    """The simulator that is meant. Raises SimulatorError, with the next step."""
    async with Simulator.attach(trust_file(data, trust)) as simulator:
        try:
            yield simulator
        except SimulatorSilent as silent:
            raise SimulatorError(f"{silent}. {START}") from silent


async def somebody(simulator: Simulator, who: str) -> Phone:
    """The phone of this number or name. Raises SimulatorError when there is none, or more than one."""
    phones = await simulator.phones()
    found = [phone for phone in phones if phone.phone == who.lstrip("+")] or [
        phone for phone in phones if phone.name.casefold() == who.casefold()
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise SimulatorError(f"{len(found)} phones are called {who!r}. Next step: give the number instead")
    raise SimulatorError(
        f"There is no phone {who!r}. Next step: `holdfast lab phones` shows all, `lab phone` makes one"
    )


async def recipient(simulator: Simulator, who: str) -> Address:
    """A phone by number or name, or a group by JID or subject. Raises SimulatorError."""
    if who.endswith("@g.us"):
        return simulator.group(who)
    try:
        return await somebody(simulator, who)
    except SimulatorError:
        groups = [group for group in await simulator.groups() if group.subject.casefold() == who.casefold()]
        if len(groups) == 1:
            return simulator.group(groups[0].jid)
        raise


def name_of(to: Address) -> str:
    """How a recipient is shown."""
    return to.jid if isinstance(to, Group) else to if isinstance(to, str) else f"+{to.phone}"
