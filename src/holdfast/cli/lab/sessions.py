"""`holdfast lab scan` and `say`: phones towards the sessions of a Holdfast in lab mode."""

import sys
from pathlib import Path

from holdfast.cli.lab.attach import attached, name_of, recipient, somebody
from holdfast.cli.lab.phones import linked_with
from holdfast.cli.run import client
from holdfast.cli.screen import lab_banner, number, plain, say
from holdfast.client import HoldfastError
from holdfast.lab import Phone, Simulator, SimulatorError
from holdfast.lab.address import Address

_CUSTOMER = "Customer"


async def scan(data: Path | None, trust: Path | None, session: str, phone: str | None) -> None:
    """Link the session by a phone's scan, and wait until it is connected."""
    async with attached(data, trust) as simulator, client(data) as api:
        await api.sessions.create(session)
        code = await api.sessions.first_qr(session)
        scanning = await simulator.phone(session, phone)
        await scanning.scan(code.code)
        linked = await api.sessions.wait_for(session, timeout_s=60.0)
    lab_banner()
    say("[bold green]connected as {}[/]", number(linked.phone))


async def scan_code(data: Path | None, trust: Path | None, code: str, phone: str | None) -> None:
    """Link any client by the text of its QR code; - reads it from standard input."""
    text = sys.stdin.readline().strip() if code == "-" else code
    async with attached(data, trust) as simulator:
        jid = await linked_with(simulator, text, phone or (await simulator.phone("Phone")).phone)
    lab_banner()
    plain(f"linked {jid}")


async def _writer(simulator: Simulator, who: str | None) -> Phone:
    """The phone that writes: the named one, or the customer (made when there is none)."""
    if who is not None:
        named = who.lstrip("+").isdigit()
        return await simulator.phone(_CUSTOMER, who) if named else await somebody(simulator, who)
    for known in await simulator.phones():
        if known.name == _CUSTOMER:
            return known
    return await simulator.phone(_CUSTOMER)


async def _target(simulator: Simulator, data: Path | None, who: str) -> Address:
    """A phone or group of the simulator, or the number of a session of the running Holdfast."""
    try:
        return await recipient(simulator, who)
    except SimulatorError as unknown:
        try:
            async with client(data) as api:
                session = await api.sessions.get(who)
        except HoldfastError:
            raise unknown from None
        if not session.phone:
            raise SimulatorError(f"{who} is not linked. Next step: `holdfast lab scan {who}`") from None
        return str(session.phone)


async def say_as_phone(
    data: Path | None, trust: Path | None, to: str, text: str, *, phone: str | None, wait_s: float
) -> None:
    """Let a phone write to a session, a phone or a group; print what comes back within `wait_s`."""
    async with attached(data, trust) as simulator:
        target = await _target(simulator, data, to)
        writer = await _writer(simulator, phone)
        _, seen = await writer.inbox()
        await writer.say(target, text)
        lab_banner()
        plain(f"{number(writer.phone)} -> {name_of(target)}: {text}")
        items, _ = await writer.inbox(seen, wait_s=wait_s) if wait_s > 0 else ((), 0)
    for item in items:
        plain(f"{number(item.sender)} -> {number(writer.phone)}: {item.text}")
    if not items and wait_s > 0:
        say("[bright_black]no answer (is a bot at work? holdfast bot run examples/greeting.py)[/]")
