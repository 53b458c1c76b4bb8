"""Sets the stage, lets the plan run under traffic, judges."""

import asyncio
import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

from holdfast import binaries
from holdfast.cli.screen import Exit, complain, machine
from holdfast.cli.selftest.faults import PACE, Faults
from holdfast.cli.selftest.kills import Killer, KillMissed, NotBack
from holdfast.cli.selftest.people import People
from holdfast.cli.selftest.plan import Kill, plan
from holdfast.cli.selftest.report import Progress, show
from holdfast.cli.selftest.tally import Result
from holdfast.cli.selftest.traffic import Number, Traffic
from holdfast.client import Client
from holdfast.keeper import Ended, KeeperFact, Place, free_port
from holdfast.lab import Simulator, Stack

_LINK_AT_ONCE = 8
_DRAIN_WITHIN_S = 120.0


async def selftest(
    sessions: int,
    kills: int,
    seed: int,
    as_json: bool,
    *,
    people: bool = False,
    faults: bool = False,
) -> int:
    """Run it and print the result. Exit code 0 only when nothing was lost, doubled or asked again.

    The folder of a run that failed is kept, with the logs.
    """
    binaries.path("holdfast-engine")
    most = max(2, sessions // 4) if people else 0
    folder = Path(tempfile.mkdtemp(prefix="holdfast-selftest-"))
    held = False
    try:
        with Progress(quiet=as_json) as progress:
            result, notes = await _run(
                folder, sessions, plan(kills, seed), seed, progress, people=most, faults=faults
            )
        held = result.ok
    except asyncio.CancelledError:
        held = True  # who stops it looks for nothing
        raise
    finally:
        if held:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            complain(f"its folder is kept, with the logs: {folder}")
    if as_json:
        machine(result.machine())
    else:
        show(result, notes)
    for trouble in result.troubles:
        complain(trouble)
    return 0 if result.ok else int(Exit.FAILED)


async def _run(
    folder: Path,
    sessions: int,
    kills: Sequence[Kill],
    seed: int,
    progress: Progress,
    *,
    people: int,
    faults: bool,
) -> tuple[Result, Sequence[str]]:
    async with Simulator.start(folder / "lab", seed=seed) as simulator:
        place = Place(
            folder,
            "127.0.0.1",
            free_port(),
            free_port(),
            simulator.trust_file,
            master_key=folder / "master.key",
            pace=PACE if faults else 1.0,
        )
        deaths: list[str] = []
        async with Stack.start(place, lambda fact: _note_death(fact, deaths)) as stack:
            numbers = await _link(stack.client, simulator, sessions, progress)
            linked = await simulator.stats()
            trouble = Faults(simulator, numbers, seed, faults)
            killer = Killer(stack, simulator, numbers, trouble)
            traffic = Traffic(stack.client, simulator, numbers, seed)
            others = People(stack.client, simulator, numbers, seed, people)
            async with traffic, others, trouble:
                missed, troubles = await _strike_all(killer, kills, progress)
                progress.say("waiting until everything has arrived")
                await trouble.end()
                await others.settle()
                await traffic.drain(trouble.patience * _DRAIN_WITHIN_S)
            stats = await simulator.stats()
            deaths += _engines_lost(place, killer.engines)
            again = [(await simulator.at(number.phone).account()).registrations - 1 for number in numbers]
    extra_qr = stats["registrations"] - linked["registrations"] - killer.paired
    served = stats["qr_served"] - linked["qr_served"]
    unasked = _unasked(served, linked["qr_served"], sessions, killer.paired)
    result = Result(
        sessions=sessions,
        kills=sum(killer.struck.values()),
        kills_by_point=dict(sorted(killer.struck.items())),
        inbound=traffic.inbound,
        outbound=traffic.outbound,
        # People ask for codes all the time: then only the numbers that they leave linked are counted.
        extra_qr=sum(again) if people else max(extra_qr, unasked),
        restore_s=killer.restore_s,
        missed_points=missed,
        troubles=[*troubles, *traffic.troubles, *others.troubles, *trouble.troubles, *deaths],
        faults=trouble.made.total(),
    )
    notes = [f"{killer.paired} more numbers were linked during the run"] if killer.paired else []
    notes += [f"{result.faults} faults"] if faults else []
    notes += [f"{others.acts} acts of {people} people"] if people else []
    return result, notes


def _note_death(fact: KeeperFact, deaths: list[str]) -> None:
    """A program that was not killed has no reason to end."""
    if isinstance(fact, Ended) and fact.code != -signal.SIGKILL:
        deaths.append(f"{fact.name} ended by itself with code {fact.code}: {fact.line}")


def _engines_lost(place: Place, killed: int) -> Sequence[str]:
    """Engines that ended though nobody had killed them: each was replaced, which the log tells."""
    logs = (place.data / "logs").glob("gateway.log*")
    started = sum(log.read_text(errors="replace").count('"engine.started"') for log in logs)
    lost = started - 1 - killed
    return [f"{lost} engines ended by themselves"] if lost > 0 else []


def _unasked(served: int, served_for_linking: int, sessions: int, paired: int) -> int:
    """Sets of codes that WhatsApp handed out beyond those of the planned pairings."""
    per_pairing = max(1, served_for_linking // max(1, sessions))
    return max(0, -(-served // per_pairing) - paired)


async def _link(api: Client, simulator: Simulator, count: int, progress: Progress) -> list[Number]:
    room = asyncio.Semaphore(_LINK_AT_ONCE)

    async def link(index: int) -> Number:
        async with room:
            name = f"number-{index}"
            phone = await simulator.phone(name)
            customer = await simulator.phone(f"customer-{index}")
            await api.sessions.create(name)
            code = await api.sessions.first_qr(name)
            await phone.scan(code.code)
            await api.sessions.wait_for(name, timeout_s=120.0)
            progress.linked(index, count)
            return Number(name, phone.phone, customer)

    return list(await asyncio.gather(*(link(index) for index in range(1, count + 1))))


async def _strike_all(
    killer: Killer, kills: Sequence[Kill], progress: Progress
) -> tuple[Sequence[str], Sequence[str]]:
    missed: list[str] = []
    for kill, following in zip(kills, [*kills[1:], None], strict=True):
        progress.killing(kill, len(kills))
        overlap = following is not None and following.during_restore and kill.point != "pair_success"
        try:
            await killer.carry_out(kill, wait=not overlap)
        except KillMissed as failure:
            missed.append(str(failure))
        except NotBack as failure:
            return missed, [str(failure)]
    return missed, []
