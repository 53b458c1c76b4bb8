"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", envvar="HOLDFAST_DATA", help="Data folder.", show_default="~/.local/share/holdfast"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
SessionName = Annotated[str, typer.Argument(help="Id, name or number of the session.")]
Trust = Annotated[
    Path | None,
    typer.Option(
        "--trust",
        envvar="HOLDFAST_LAB",
        help="Trust file of the simulator.",
        show_default="the data folder's own lab",
    ),
]
