"""The foreign clients: what each needs on this machine, how it is made ready, how it is started."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent

# A first build of whatsapp-rust compiles some 250 crates.
_BUILD_WITHIN_S = 3000.0


class NotReady(Exception):
    """A client cannot be made ready. The message is one line with the next step."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A client of another project, unmodified. `argv` and `env` start it against a simulator."""

    name: str
    prepare: Callable[[], None]
    argv: Callable[[str, Path, Path], Sequence[str]]
    env: Callable[[Path], dict[str, str]]
    #: The Noise pattern of every login but the first few.
    handshake: str
    #: The pattern when the server has another static key than last time.
    fallback: str
    #: Whether the library opens a new connection by itself; otherwise the application has to.
    reconnects: bool


def _run(argv: Sequence[str], folder: Path, next_step: str, **environment: str) -> None:
    try:
        done = subprocess.run(
            argv,
            check=False,
            cwd=folder,
            env={**os.environ, **environment},
            timeout=_BUILD_WITHIN_S,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        raise NotReady(f"{argv[0]} is not on the PATH. Next step: {next_step}.") from None
    except subprocess.TimeoutExpired:
        raise NotReady(f"`{' '.join(argv)}` takes over {_BUILD_WITHIN_S:g} s in {folder.name}/.") from None
    if done.returncode:
        tail = " | ".join(done.stderr.strip().splitlines()[-3:])
        raise NotReady(f"`{' '.join(argv)}` failed in {folder.name}/: {tail}")


def _prepare_baileys() -> None:
    folder = HERE / "baileys"
    if shutil.which("node") is None:
        raise NotReady("node is not on the PATH. Next step: install Node.js 20 or newer.")
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]["baileys"]
    installed = folder / "node_modules" / "baileys" / "package.json"
    if installed.is_file() and json.loads(installed.read_text())["version"] == wanted:
        return
    _run(["npm", "ci", "--ignore-scripts"], folder, "install npm (it comes with Node.js)")


def _rust_target() -> Path:
    return Path(os.environ.get("CARGO_TARGET_DIR") or HERE / "rust" / "target")


def _prepare_rust() -> None:
    if shutil.which("cargo") is None:
        raise NotReady("cargo is not on the PATH. Next step: install Rust 1.94 or newer.")
    # One job: the machine may be building other things as well.
    _run(["nice", "cargo", "build", "-j1"], HERE / "rust", "install Rust 1.94 or newer")


def _whatsmeow() -> Path:
    return HERE.parents[1] / "build" / "clients" / "whatsmeow"


def _prepare_whatsmeow() -> None:
    if shutil.which("go") is None or shutil.which("gcc") is None:
        raise NotReady("go or gcc is not on the PATH. Next step: install both, or run make test-clients.")
    argv = ["nice", "go", "build", "-o", str(_whatsmeow()), "."]
    _run(argv, HERE / "whatsmeow", "install Go", CGO_ENABLED="1")


def _ca_file(trust_file: Path) -> Path:
    pem = trust_file.with_suffix(".pem")
    pem.write_text(json.loads(trust_file.read_text())["ca_pem"])
    return pem


CONTENDERS = {
    "baileys": Contender(
        name="baileys",
        prepare=_prepare_baileys,
        argv=lambda url, trust, folder: [
            "node",
            str(HERE / "baileys" / "client.mjs"),
            url,
            str(trust),
            str(folder),
        ],
        # Node's own fetch, which downloads media, takes its trust from here.
        env=lambda trust: {"NODE_EXTRA_CA_CERTS": str(_ca_file(trust))},
        handshake="XX",
        fallback="XX",
        reconnects=False,
    ),
    "whatsapp-rust": Contender(
        name="whatsapp-rust",
        prepare=_prepare_rust,
        argv=lambda url, trust, folder: [
            str(_rust_target() / "debug" / "holdfast-tests-whatsapp-rust"),
            url,
            str(trust),
            str(folder),
        ],
        env=lambda trust: {"RUST_LOG": os.environ.get("CLIENT_LOG", "warn")},
        handshake="IK",
        fallback="XXfallback",
        reconnects=True,
    ),
}
# What Holdfast is built on, here with the drivers of other programs: only tests that name it are about it.
MOVERS = {
    "whatsmeow": Contender(
        name="whatsmeow",
        prepare=_prepare_whatsmeow,
        argv=lambda url, trust, folder: [str(_whatsmeow()), str(trust)],
        env=lambda trust: {},
        handshake="XX",
        fallback="XX",
        reconnects=True,
    ),
}


def chosen() -> Sequence[Contender]:
    """The contenders of this run: all, or those that `CLIENTS` names, comma-separated. Raises NotReady."""
    known = CONTENDERS | MOVERS
    names = [name for name in os.environ.get("CLIENTS", "").split(",") if name] or list(known)
    if unknown := [name for name in names if name not in known]:
        raise NotReady(
            f"no client {', '.join(unknown)}. Next step: CLIENTS={','.join(known)}, or one of them."
        )
    return [known[name] for name in names]
