"""`holdfast doctor`: through the gateway where one runs, else by opening the installation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from holdfast.cli.run import client
from holdfast.cli.screen import Exit, draw, machine, marked, say, word
from holdfast.client import GatewayUnreachable

_COLORS: Final = {"ok": "green", "warning": "yellow", "problem": "red"}


async def doctor(data: Path | None, *, repair: bool, as_json: bool) -> int:
    """Print the report. Exit code 1 while there is a problem. Raises HoldfastError."""
    report = await _report(data, repair=repair)
    if as_json:
        machine(report)
    else:
        _draw(report, repair=repair)
    return int(Exit.FAILED if report["level"] == "problem" else Exit.OK)


async def _report(data: Path | None, *, repair: bool) -> Mapping[str, Any]:
    try:
        async with client(data) as api:
            report: Mapping[str, Any] = await api.doctor(repair=repair)
            return report
    except GatewayUnreachable:
        from holdfast.cli.ops.doctor import examine  # half of the gateway: only where it is needed

        return await examine(data, repair=repair)


def _draw(report: Mapping[str, Any], *, repair: bool) -> None:
    say("[bright_black]the gateway {}[/]", "runs" if report["running"] else "is stopped")
    for done in report["repaired"]:
        what = " ".join(filter(None, (done["session"], done["code"].replace("_", " "), done["detail"])))
        if done["error"]:
            say("[red]not repaired[/] {}: {}", what, done["error"])
        else:
            say("[green]repaired[/] {}", what)
    shown = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    shown.add_column(no_wrap=True)
    shown.add_column(no_wrap=True)
    shown.add_column()
    for check in report["checks"]:
        mark = marked("[{}]●[/]", _COLORS.get(check["level"], "white"))
        about = check["session"] or check["code"].split("_")[0]
        shown.add_row(mark, word(about), word(_said(check)))
    draw(shown)
    waiting = [check for check in report["checks"] if check["repair"]]
    if waiting and not repair:
        say("")
        for check in waiting:
            subject = check["session"] or check["detail"] or check["code"]
            say("[bold]--repair[/] will {} ({})", check["repair_sentence"], subject)


def _said(check: Mapping[str, Any]) -> str:
    detail = f" {check['detail']}" if check["detail"] else ""
    step = f" Next step: {check['next_step']}" if check["next_step"] else ""
    return f"{check['sentence']}{detail}{'.' if detail and step else ''}{step}"
