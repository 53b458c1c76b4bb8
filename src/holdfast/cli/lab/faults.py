"""`holdfast lab fault`, `faults`, `clear`, `clock`: what goes wrong, and when it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from holdfast.cli.lab.attach import attached, somebody
from holdfast.cli.lab.phones import table
from holdfast.cli.lab.words import Unclear, duration, match, pairs
from holdfast.cli.screen import draw, lab_banner, plain, say, word
from holdfast.kit.nearest import nearest
from holdfast.lab import FaultKind, Simulator


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault as the command line has it: a name, or an action with what it strikes."""

    name: str | None = None
    action: str | None = None
    match: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    account: str | None = None
    count: int | None = None
    ttl: str | None = None


async def fault(data: Path | None, trust: Path | None, trouble: Trouble) -> None:
    """Put a fault in force, or do it at once."""
    if (trouble.name is None) == (trouble.action is None):
        raise Unclear(
            "A fault has a name, or --action with --match. Next step: `holdfast lab faults --known` shows all"
        )
    ttl_s = duration(trouble.ttl).total_seconds() if trouble.ttl else None
    args = pairs(trouble.args, "arg") or None
    async with attached(data, trust) as simulator:
        account = (await somebody(simulator, trouble.account)).phone if trouble.account else None
        strikes = dict(match(trouble.match))
        if account:
            strikes["account"] = account
        if trouble.name is not None:
            if trouble.match:
                raise Unclear("A named fault takes --account; --match is for rules (--action)")
            await _not_misspelt(simulator, trouble.name)
            given = await simulator.fault(trouble.name, account, trouble.count, ttl_s=ttl_s, args=args)
        else:
            given = await simulator.rule(
                trouble.action or "", strikes, args=args, count=trouble.count, ttl_s=ttl_s
            )
        in_force = [each for each in await simulator.faults() if each.id == given.id]
    lab_banner()
    if in_force:
        plain(in_force[0].line() + (f", {given.hit} at once" if given.hit else ""))
    else:
        plain(f"#{given.id} {given.name}: done, {given.hit} struck")


async def _not_misspelt(simulator: Simulator, name: str) -> None:
    """Raises Unclear where another fault was probably meant; one like no other the simulator refuses."""
    names = [kind.name for kind in await simulator.fault_kinds()]
    if name not in names and (near := nearest(name, names)):
        known = "Next step: `holdfast lab faults --known` shows all"
        raise Unclear(f"No fault is called {name!r}; did you mean {near}? {known}")


async def faults(data: Path | None, trust: Path | None, known: bool) -> None:
    """What is in force; or everything that there is."""
    async with attached(data, trust) as simulator:
        if known:
            names, actions = await simulator.fault_kinds(), await simulator.fault_actions()
        else:
            in_force = await simulator.faults()
    lab_banner()
    if known:
        _explain("fault", names)
        say()
        _explain("action of a rule", actions)
        return
    for each in in_force:
        plain(each.line())
    if not in_force:
        say("[bright_black]nothing is broken (holdfast lab faults --known shows what can be)[/]")


def _explain(title: str, kinds: Sequence[FaultKind]) -> None:
    shown = table(title, "what happens")
    for kind in kinds:
        shown.add_row(word(kind.name, "bold"), kind.summary)
    draw(shown)


async def clear(data: Path | None, trust: Path | None, id: int | None) -> None:
    """End one fault, or all."""
    async with attached(data, trust) as simulator:
        if id is None:
            await simulator.clear_faults()
        else:
            await simulator.end_fault(id)
    lab_banner()
    plain("every fault has ended" if id is None else f"fault #{id} has ended")


async def clock(data: Path | None, trust: Path | None, advance: str | None, offset: str | None) -> None:
    """Show the simulation's time, or move it."""
    if advance and offset:
        raise Unclear("Give --advance or --offset, not both")
    async with attached(data, trust) as simulator:
        if advance:
            shown = await simulator.advance(duration(advance))
        elif offset:
            shown = await simulator.set_clock(timedelta() if offset == "0" else duration(offset))
        else:
            shown = await simulator.clock()
    lab_banner()
    moved = round(shown.offset_s + shown.skew_s)
    where = f", {timedelta(seconds=abs(moved))} {'ahead of' if moved > 0 else 'behind'} the machine's time"
    plain(f"{shown.now:%Y-%m-%d %H:%M:%S} UTC{where if moved else ''}")
