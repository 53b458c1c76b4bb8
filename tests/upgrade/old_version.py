"""The version before this one: its gateway and its engine as processes, to leave a data folder behind."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
ARCHIVE: Final = HERE / "holdfast-0.1.0.tar.xz"
BUILD: Final = HERE.parents[1] / "build"


def unpacked() -> Path:
    """The folder with the old version's source and, inside its package, its engine. Made once."""
    folder = BUILD / ARCHIVE.name.removesuffix(".tar.xz")
    engine = folder / "src" / "holdfast" / "_bin" / "holdfast-engine"
    if engine.exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    engine.parent.mkdir(exist_ok=True)
    made = engine.with_suffix(f".{os.getpid()}")
    subprocess.run(
        [_go(), "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", str(made), "./engine"],
        cwd=folder,
        env=os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local"},
        check=True,
    )
    made.replace(engine)  # whole or not there, whoever builds beside us
    return folder


def _go() -> str:
    """The Go of this machine, or the one that `make` put beside Python."""
    return shutil.which("go") or str(Path(sys.executable).with_name("go"))


def environment() -> dict[str, str]:
    """What makes `python -m holdfast.app` the old version."""
    return {"PYTHONPATH": str(unpacked() / "src")}
