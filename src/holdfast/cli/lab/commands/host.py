"""`holdfast lab start` and `transcript`: the simulator itself."""

# ruff: noqa: PLR0917 - a command's parameters are its options

from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.lab.commands.shared import app, clearly
from holdfast.cli.options import AsJson, LabData, Trust


@app.command("start")
def start(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 picks a free one.")] = 8080,
    seed: Annotated[int, typer.Option(help="The same seed makes the same choices.")] = 1,
    state: Annotated[
        Path | None, typer.Option(help="Folder for its state.", show_default="lab/state in the data folder")
    ] = None,
    memory: Annotated[bool, typer.Option("--memory", help="Keep nothing over a restart.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse queries that it does not know.")] = False,
    answer_delay: Annotated[
        str | None,
        typer.Option(
            help="How long phones take to confirm and to send again, like 300ms-800ms or 0.",
            show_default="300ms-800ms",
        ),
    ] = None,
    data: LabData = None,
) -> None:
    """Run a simulator until Ctrl+C, and tell how to point clients at it."""
    from holdfast.cli.lab import start as work

    options = ["--strict"] if strict else []
    options += ["--answer-delay", answer_delay] if answer_delay else []
    clearly(work.start(data, port=port, seed=seed, state=state, memory=memory, options=options))


@app.command("transcript")
def transcript(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl+C.")] = False,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many remembered ones.")] = 50,
    account: Annotated[str | None, typer.Option(help="Only this number's.")] = None,
    tag: Annotated[str | None, typer.Option(help="message, receipt, iq, notification, …")] = None,
    type: Annotated[str | None, typer.Option(help="Attribute type.")] = None,
    xmlns: Annotated[str | None, typer.Option(help="Namespace of a query.")] = None,
    id: Annotated[str | None, typer.Option(help="Attribute id.")] = None,
    dir: Annotated[str | None, typer.Option(help="in: from the client; out: to it.")] = None,
    text: Annotated[str | None, typer.Option(help="Occurs in it.")] = None,
    fault: Annotated[str | None, typer.Option(help="Only what this fault struck.")] = None,
    bodies: Annotated[bool, typer.Option("--bodies", help="Show what is inside.")] = False,
    data: LabData = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """Every stanza that passed: -> from the client, <- to it; without --bodies not what is inside."""
    from holdfast.cli.lab import transcript as work

    number = account.lstrip("+") if account else None
    filters = {"account": number, "tag": tag, "type": type, "xmlns": xmlns, "id": id}
    filters |= {"dir": dir, "text": text, "fault": fault}
    clearly(work.transcript(data, trust, filters, last=last, follow=follow, as_json=as_json, bodies=bodies))
