"""`holdfast lab start`: a simulator of its own, in the foreground."""

import asyncio
import contextlib
import signal
from pathlib import Path

from holdfast.cli.screen import command_name, lab_banner, plain, say
from holdfast.client import lab_folder
from holdfast.lab import Simulator, SimulatorError, SimulatorSilent

_HINTS = """\
clients must trust this root key in place of WhatsApp's, and this certificate for TLS:
  root key   {root_key}
  all of it  {trust}

point a client at it
  Holdfast        holdfast up --trust {trust}
  whatsmeow       whatsmeow.WACertPubKey = the root key; HTTP clients that dial {address} for every name
  Baileys         waWebSocketUrl "wss://{address}/ws/chat"; WA_CERT_DETAILS.PUBLIC_KEY = the root key
  whatsapp-rust   with_url("wss://{address}/ws/chat"); features danger-skip-cert-chain-verify and
                  danger-skip-tls-verify
  The whole of it, to copy: docs/lab.md

in another terminal
{commands}
"""

_COMMANDS = {
    "lab phone Ann": "a phone",
    "lab scan --code - --phone Ann": "...that scans the QR text which a client shows",
    "lab fault no-ack --account Ann": "something goes wrong (lab faults --known: everything that can)",
    "lab transcript --follow": "every stanza, as it passes",
}


async def start(
    data: Path | None, *, port: int, seed: int, state: Path | None, memory: bool, options: list[str]
) -> None:
    """Run a simulator until Ctrl+C; its trust file is where the other commands look for it."""
    folder = (data or lab_folder()) / "lab"
    await _refuse_a_second(folder / "trust.json")
    kept = None if memory else state or folder / "state"
    async with Simulator.start(folder, seed=seed, state=kept, port=port, options=options) as simulator:
        lab_banner()
        say("[bold]wasim[/] listens on [bold]{}[/], seed {}", simulator.address, await simulator.seed())
        plain(f"state: {kept or 'in memory'}; log: {simulator.log_file}")
        say()
        facts = {"address": simulator.address, "root_key": simulator.root_key, "trust": simulator.trust_file}
        commands = (f"  {command_name()} {words:<30}  {what}" for words, what in _COMMANDS.items())
        for line in _HINTS.format(**facts, commands="\n".join(commands)).splitlines():
            plain(line)
        say("Ctrl+C ends it.")
        await _until_stopped(simulator)
    say("ended")


async def _refuse_a_second(trust: Path) -> None:
    """Two simulators must not share a folder. Raises SimulatorError when one answers there."""
    if not trust.is_file():  # noqa: ASYNC240 - once, before anything runs
        return
    with contextlib.suppress(SimulatorSilent):
        async with Simulator.attach(trust) as running:
            await running.seed()
            raise SimulatorError(
                f"A simulator runs already for this data folder, at {running.address}. "
                "Next step: use it, or give --data another folder"
            )


async def _until_stopped(simulator: Simulator) -> None:
    """Return at Ctrl+C or SIGTERM. Raises SimulatorError when it ends by itself."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    while simulator.pid is not None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await stop.wait()
            return
    raise SimulatorError(f"The simulator has ended. Its log: {simulator.log_file}")
