"""`make bench ARGS=--peers`: everybody through the same course, one after the other, and the table."""

import os

from benchmarks.context import Context
from benchmarks.figures import Figure
from benchmarks.installation import scratch
from benchmarks.peers import rows
from benchmarks.peers.baileys import Baileys
from benchmarks.peers.course import Course
from benchmarks.peers.gateway import WebhookGateway
from benchmarks.peers.holdfast import Holdfast
from benchmarks.peers.peer import Peer
from benchmarks.processes import ProcessFailed
from benchmarks.simulator import Simulator

PEERS: tuple[type[Peer], ...] = (Holdfast, WebhookGateway, Baileys)


async def measure(context: Context) -> list[Figure]:
    """Figures of Holdfast with the others' beside them; a peer that fails is named, the others still run.

    The table shows what there is, also when it is interrupted.
    """
    sizes, results = context.sizes, rows.Results()
    table = rows.rows(sizes.peer_numbers, sizes.peer_kills, sizes.peer_messages)
    titles = {peer.name: peer.title for peer in PEERS}
    try:
        for peer in [peer for peer in PEERS if await _prepared(peer, context)]:
            await _measured(peer, context, results)
    finally:
        _hold(context, results)
        configured = "\n".join(f"- {peer.title}: {peer.configured}." for peer in PEERS)
        brief = [row for row in table if row.brief]
        context.tables["peers"] = f"{rows.markdown(table, results, titles)}\n\n{configured}"
        context.tables["peers-brief"] = rows.markdown(brief, results, titles)
    return rows.figures(table, results, titles)


def _hold(context: Context, results: rows.Results) -> None:
    """A run in which Holdfast lost or doubled something is an error, as in the other benchmarks."""
    for row in rows.PROMISED:
        if any(results.runs(row, rows.OURS)):
            context.errors[f"{Holdfast.title}: {row}"] = f"{results.runs(row, rows.OURS)}, which must be 0"


async def _prepared(peer: type[Peer], context: Context) -> bool:
    """Build and install before anything is measured."""
    try:
        await peer.prepare(context.say)
    except (ProcessFailed, OSError, TimeoutError) as failed:
        context.errors[f"{peer.title}: not ready"] = str(failed)
        return False
    return True


async def _measured(peer: type[Peer], context: Context, results: rows.Results) -> None:
    with scratch() as folder:
        (folder / "wasim").mkdir()
        simulator = await Simulator.start(folder, folder / "wasim", os.getpid())
        try:
            await Course(peer(folder, simulator), context, results).run()
        finally:
            await simulator.close()
