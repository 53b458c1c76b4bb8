"""`holdfast lab`: simulated phones, by hand."""

from pathlib import Path

from rich.table import Table

from holdfast.cli.run import client
from holdfast.cli.screen import Exit, complain, console, lab_banner, number, plain, say
from holdfast.client import data_folder
from holdfast.lab import Phone, Simulator, SimulatorError

_CUSTOMER = "Customer"


def trust_file(data: Path | None, trust: Path | None) -> Path:
    """The simulator's trust file: named, or the one of the data folder's own lab. Raises SimulatorError."""
    found = trust or (data or data_folder()) / "lab" / "trust.json"
    if not found.is_file():
        raise SimulatorError(
            f"No simulator runs for this data folder ({found} is missing). "
            "Next step: `holdfast up --lab` or `holdfast demo`, and give its --data here"
        )
    return found


async def scan(data: Path | None, trust: Path | None, session: str, phone: str | None) -> int:
    """Link the session by a phone's scan, and wait until it is connected."""
    simulator = Simulator.attach(trust_file(data, trust))
    async with client(data) as api:
        await api.sessions.create(session)
        code = await api.sessions.first_qr(session)
        scanning = await simulator.phone(session, phone.lstrip("+") if phone else None)
        await scanning.scan(code.code)
        linked = await api.sessions.wait_for(session, timeout_s=30.0)
    await simulator.close()
    lab_banner()
    say(f"[bold green]connected as {number(linked.phone)}[/]")
    return 0


async def _writer(simulator: Simulator, phone: str | None) -> Phone:
    """The phone that writes: the named one, or the customer (made when there is none)."""
    if phone is not None:
        return await simulator.phone(_CUSTOMER, phone.lstrip("+"))
    for known in await simulator.phones():
        if known.name == _CUSTOMER:
            return known
    return await simulator.phone(_CUSTOMER)


async def say_as_phone(
    data: Path | None, trust: Path | None, session: str, text: str, *, phone: str | None, wait_s: float
) -> int:
    """Let a phone write to the session's number; print what comes back within `wait_s`."""
    simulator = Simulator.attach(trust_file(data, trust))
    async with client(data) as api:
        target = await api.sessions.get(session)
    if not target.phone:
        complain(f"{session} is not linked. Next step: `holdfast lab scan {session}`.")
        return int(Exit.FAILED)
    writer = await _writer(simulator, phone)
    _, seen = await writer.inbox()
    await writer.say(target.phone.lstrip("+"), text)
    lab_banner()
    plain(f"{number(writer.phone)} -> {number(target.phone)}: {text}")
    items, _ = await writer.inbox(seen, wait_s=wait_s)
    for item in items:
        plain(f"{number(target.phone)} -> {number(writer.phone)}: {item.text}")
    if not items and wait_s > 0:
        say("[bright_black]no answer (is a bot at work? holdfast bot run examples/greeting.py)[/]")
    await simulator.close()
    return 0


async def show(data: Path | None, trust: Path | None, phone: str | None) -> int:
    """All phones with their companions, or one phone's inbox."""
    simulator = Simulator.attach(trust_file(data, trust))
    lab_banner()
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    if phone is None:
        for title in ("phone", "name", "companions", "connected", "waiting", "scans"):
            shown.add_column(title)
        for known in await simulator.phones():
            account = await known.account()
            shown.add_row(
                number(known.phone),
                known.name,
                str(len(account.companions)),
                str(sum(c.connected for c in account.companions)),
                str(sum(c.queue for c in account.companions)),
                str(account.registrations),
            )
    else:
        for title in ("#", "from", "text"):
            shown.add_column(title)
        items, _ = await simulator.at(phone).inbox()
        for item in items[-50:]:
            shown.add_row(str(item.seq), number(item.sender), item.text)
    console().print(shown)
    await simulator.close()
    return 0
