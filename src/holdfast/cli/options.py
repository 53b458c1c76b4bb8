"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer


def _lab(given: Path | None) -> Path:
    from holdfast.client import lab_folder

    return given or lab_folder()


Data = Annotated[
    Path | None,
    typer.Option(
        "--data", envvar="HOLDFAST_DATA", help="Data folder.", show_default="~/.local/share/holdfast"
    ),
]
#: What `holdfast lab …` works on: never the folder of real numbers, unless it is named.
LabData = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="HOLDFAST_DATA",
        callback=_lab,
        help="Data folder of the lab.",
        show_default="~/.local/share/holdfast-lab",
    ),
]
ApiPort = Annotated[
    int, typer.Option("--api-port", envvar="HOLDFAST_API_PORT", min=1, max=65535, help="Port of the API.")
]
DashboardPort = Annotated[
    int,
    typer.Option(
        "--dashboard-port", envvar="HOLDFAST_DASHBOARD_PORT", min=1, max=65535, help="Port of the dashboard."
    ),
]
TlsCert = Annotated[
    Path | None,
    typer.Option(
        "--tls-cert",
        envvar="HOLDFAST_TLS_CERT",
        metavar="FILE",
        help="Serve HTTPS under this certificate (PEM, with its chain).",
        show_default="plain HTTP",
    ),
]
TlsKey = Annotated[
    Path | None,
    typer.Option(
        "--tls-key",
        envvar="HOLDFAST_TLS_KEY",
        metavar="FILE",
        help="Its private key.",
        show_default="in the same file",
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
