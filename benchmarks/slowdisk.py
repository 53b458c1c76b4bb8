"""A disk on which every fsync takes 5 ms longer: how fast Holdfast is on it, and that nothing is lost there.

strace holds the calls up, in the gateway and in the engine; it stops them at nothing else. The simulator's
disk is as it is.
"""

import os

from benchmarks.context import Context
from benchmarks.figures import Figure, Goal, percentile
from benchmarks.installation import ROOT, scratch
from benchmarks.load import Outcome, Phones
from benchmarks.peers import tools
from benchmarks.peers.burst import Burst, Losses
from benchmarks.peers.holdfast import Holdfast
from benchmarks.simulator import Simulator

DELAY_MS = 5
_RATE = 20.0
_CALLS = "fsync,fdatasync"
#: What a command is put behind so that it and what it starts have a slow disk.
SLOWED = (
    *("strace", "-D", "-f", "--seccomp-bpf", "-qqq", "-o", os.devnull),
    *("-e", f"trace={_CALLS}", "-e", f"inject={_CALLS}:delay_exit={DELAY_MS * 1000}"),
)


async def measure(context: Context) -> list[Figure]:
    """Echoes at a rate and flat out, then a burst with `kill -9`, all of it on the slow disk."""
    await tools.run(["sh", "tools/strace.sh"], ROOT, os.environ)
    with scratch() as folder:
        (folder / "wasim").mkdir()
        simulator = await Simulator.start(folder, folder / "wasim", os.getpid())
        holdfast = Holdfast(folder, simulator, before=SLOWED)
        try:
            return await _measured(context, holdfast)
        finally:
            await holdfast.end()
            await simulator.close()


async def _measured(context: Context, holdfast: Holdfast) -> list[Figure]:
    sizes = context.sizes
    await holdfast.spawn(sizes.echo_numbers, bot=True)
    await holdfast.link(sizes.echo_numbers, context.say)
    senders = [await holdfast.simulator.make_phone(f"sender-{index}") for index in range(sizes.echo_phones)]
    steady: list[Outcome] = []
    flat_out: list[Outcome] = []
    async with Phones(holdfast.simulator, senders, holdfast.numbers).listening() as phones:
        context.say("slow disk: first message in each chat")
        await phones.warm_up()
        for run in range(sizes.echo_repeats):
            context.say(f"slow disk: {run + 1}/{sizes.echo_repeats}")
            steady.append(await phones.open_loop(_RATE, sizes.echo_s))
            flat_out.append(await phones.closed_loop(sizes.window, sizes.echo_s, sizes.lead_s))
    context.say("slow disk: kill -9 in a burst")
    losses = await Burst(holdfast, senders, seed=1).run(sizes.peer_messages, sizes.peer_kills)
    _complain(context, [*steady, *flat_out], losses)
    return _figures(sizes.peer_kills, steady, flat_out, losses)


def _complain(context: Context, outcomes: list[Outcome], losses: Losses) -> None:
    lost = sum(run.lost for run in outcomes) + losses.answers
    doubled = sum(run.duplicates for run in outcomes) + losses.doubled
    if lost or doubled:
        context.errors["slowdisk"] = f"{lost} answers lost, {doubled} doubled"


def _figures(kills: int, steady: list[Outcome], flat_out: list[Outcome], losses: Losses) -> list[Figure]:
    shape = f"every fsync {DELAY_MS} ms longer"
    p50, p99 = ([percentile(run.latencies_ms, share) for run in steady] for share in (0.5, 0.99))
    killed = (
        f"{kills} × kill -9 in a burst; {losses.messages} messages lost, {losses.doubled} answers doubled"
    )
    return [
        Figure("slowdisk_p50", f"slow disk: echo at {_RATE:.0f}/s, p50", "ms", p50, None, shape),
        Figure("slowdisk_p99", f"slow disk: echo at {_RATE:.0f}/s, p99", "ms", p99, None, shape),
        Figure(
            "slowdisk_most",
            "slow disk: most echoes per second",
            "/s",
            [run.per_s for run in flat_out],
            None,
            shape,
        ),
        Figure("slowdisk_lost", "slow disk: answers lost", "", [losses.answers], Goal(0), killed),
    ]
