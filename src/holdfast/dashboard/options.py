"""What the dashboard is told at its start."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.client import data_folder
from holdfast.kit.tls import Certificate, CertificateUnusable, certificate

_DEFAULT_PORT = 4000


class OptionsError(ValueError):
    """An option is not usable. The message is one line with the next step."""


@dataclass(frozen=True, slots=True)
class Options:
    """Where the gateway is found and where the page is served. Port 0: any free one."""

    data: Path
    host: str = "127.0.0.1"
    port: int = _DEFAULT_PORT
    #: Names by which a proxy lets browsers ask for the page.
    names: tuple[str, ...] = ()
    #: Trust file of the simulator that this Holdfast talks to; None for real WhatsApp.
    lab: Path | None = None
    #: Address of the gateway; None: the one of the data folder.
    gateway: str | None = None
    #: What the page is served under; None: plain HTTP.
    certificate: Certificate | None = None

    @property
    def announcement(self) -> Path:
        """Written when the page is served: its address and process."""
        return self.data / "run" / "dashboard.json"

    @property
    def languages(self) -> Path:
        """Which language each user has chosen. 0600."""
        return self.data / "run" / "dashboard-languages.json"

    @property
    def logins(self) -> Path:
        """Who is logged in, so that browsers survive a restart of this process. 0600."""
        return self.data / "run" / "dashboard-logins.json"


def read(argv: Sequence[str], environment: Mapping[str, str] = os.environ) -> Options:
    """Options from flags, then from HOLDFAST_ variables. Raises OptionsError."""
    parser = argparse.ArgumentParser(prog="python -m holdfast.dashboard", description="Serve the dashboard.")
    parser.add_argument("--data", type=Path, help="data folder of the gateway (HOLDFAST_DATA)")
    parser.add_argument("--gateway", help="address of a gateway elsewhere (HOLDFAST_URL)")
    parser.add_argument("--host", help="address to listen on (HOLDFAST_HOST, default 127.0.0.1)")
    parser.add_argument("--port", help="port to listen on (HOLDFAST_DASHBOARD_PORT, default 4000)")
    flags = parser.parse_args(argv)
    data: Path = flags.data or data_folder()
    port = flags.port or environment.get("HOLDFAST_DASHBOARD_PORT") or str(_DEFAULT_PORT)
    return Options(
        data=data.expanduser().absolute(),
        host=flags.host or environment.get("HOLDFAST_HOST") or "127.0.0.1",
        port=_port(port),
        lab=Path(environment["HOLDFAST_LAB"]) if environment.get("HOLDFAST_LAB") else None,
        gateway=flags.gateway or environment.get("HOLDFAST_URL") or None,
        certificate=_certificate(environment),
        names=tuple(environment.get("HOLDFAST_ALLOWED_HOSTS", "").replace(",", " ").split()),
    )


def _certificate(environment: Mapping[str, str]) -> Certificate | None:
    try:
        return certificate(environment.get("HOLDFAST_TLS_CERT"), environment.get("HOLDFAST_TLS_KEY"))
    except CertificateUnusable as unusable:
        raise OptionsError(
            f"{unusable}. Next step: correct HOLDFAST_TLS_CERT and HOLDFAST_TLS_KEY, which name PEM files."
        ) from unusable


def _port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise OptionsError(
        f"The dashboard's port must be a number from 0 to 65535, not {text!r}. "
        "Next step: correct HOLDFAST_DASHBOARD_PORT or --port."
    )
