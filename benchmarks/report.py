"""The result: one JSON object and one table."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.figures import Figure, readable

_CROWDED = 1.2
_MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: ""}


def as_json(
    about: Mapping[str, Any], machine: Mapping[str, Any], figures: Sequence[Figure], errors: Mapping[str, str]
) -> dict[str, Any]:
    """Everything, as it goes to stdout with --json and to build/bench.json."""
    return {
        "about": dict(about),
        "machine": dict(machine),
        "figures": [figure.as_json() for figure in figures],
        "goals_missed": [figure.name for figure in figures if figure.met is False],
        "errors": dict(errors),
        "ok": not errors,
    }


def save(report: Mapping[str, Any], path: Path) -> None:
    """Write the JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def documented(report: Mapping[str, Any], tables: Mapping[str, str]) -> dict[str, str]:
    """The tables in Markdown, below each the machine that it was taken on and how busy that was."""
    about, crowded = report["about"], _crowded(report)
    busy = f" Other work took the machine: {crowded:g} s for one second." if crowded > _CROWDED else ""
    under = f"{about['at'][:10]}, commit {about['commit']}. {_machine_line(report['machine'])}{busy}"
    return {name: f"{table}\n\n{under}" for name, table in tables.items()}


def filled(text: str, tables: Mapping[str, str]) -> str:
    """The document with each table between its marks, `<!-- bench: NAME -->` and `<!-- /bench: NAME -->`."""
    for name, table in tables.items():
        begin, end = f"<!-- bench: {name} -->", f"<!-- /bench: {name} -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if found and closed:
            text = f"{before}{begin}\n\n{table}\n\n{end}{after}"
    return text


def show(
    console: Console, report: Mapping[str, Any], figures: Sequence[Figure], tables: Mapping[str, str]
) -> None:
    """The table, those in Markdown, the machine below them, and what failed."""
    table = Table(title="Holdfast, measured", title_justify="left", header_style="bold", pad_edge=False)
    table.add_column("figure")
    for column in ("value", "goal"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("")
    table.add_column("min … max (runs)", justify="right", no_wrap=True)
    table.add_column("note", style="dim")
    for figure in figures:
        spread = f"{readable(min(figure.runs))} … {readable(max(figure.runs))} ({len(figure.runs)})"
        value = f"{readable(figure.value)} {figure.unit}".strip()
        goal = "" if figure.goal is None else str(figure.goal)
        table.add_row(figure.title, value, goal, _MARKS[figure.met], spread, figure.note)
    console.print(table)
    for markdown in tables.values():
        console.print(f"\n{escape(markdown)}\n", highlight=False, soft_wrap=True)
    console.print(_machine_line(report["machine"]), style="dim", highlight=False)
    crowded = _crowded(report)
    if crowded > _CROWDED:
        console.print(
            f"[yellow]The machine was busy with other work ({crowded:g} s for one second of it): "
            "times and rates are worse than they would be alone.[/]",
            highlight=False,
        )
    for name, error in report["errors"].items():
        console.print(f"[red]{name} failed:[/] {escape(error)}", highlight=False)


def _crowded(report: Mapping[str, Any]) -> float:
    return max(report["machine"]["crowding"].values(), default=1.0)


def _machine_line(machine: Mapping[str, Any]) -> str:
    fsync = machine["fsync_ms"]
    return (
        f"{machine['cores']} cores ({machine['cpu']}), {machine['memory_mib'] // 1024} GiB, "
        f"kernel {machine['kernel']}, Python {machine['python']}, Go {machine['go']}, "
        f"{machine['file_system']}, fsync {fsync['median']} ms (p99 {fsync['p99']}), "
        f"load before {machine['load_before']}. Simulator, load and bot share these cores."
    )
