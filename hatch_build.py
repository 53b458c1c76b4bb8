"""Packaging hook: a wheel carries the two Go programs, built without cgo for the machine that builds it.

An editable install does not: there the Makefile builds them. The wheel fits every Python 3 on its platform.
"""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PROGRAMS = {"holdfast-engine": "./engine", "wasim": "./simulator"}
#: Where the library's copy is made with which the engine is built, and what it differs by from the original.
_HARDENED = Path("build/hardened")


class GoPrograms(BuildHookInterface):  # type: ignore[type-arg]
    """Builds `_bin/holdfast-engine` and `_bin/wasim` and tags the wheel with the platform."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before the files of the wheel are gathered."""
        if self.target_name != "wheel" or version == "editable":
            return
        go = shutil.which("go")
        if go is None:
            raise RuntimeError(
                "Building the wheel needs Go >= 1.26. Next step: run `make wheel`, which brings it."
            )
        target = Path(self.root) / "src/holdfast/_bin"
        target.mkdir(parents=True, exist_ok=True)
        self._go(go, "run", "./engine/harden", str(_HARDENED))
        for name, package in _PROGRAMS.items():
            module = ["-modfile", str(_HARDENED / "go.mod")] if name == "holdfast-engine" else []
            flags = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w"]
            self._go(go, "build", *module, *flags, "-o", str(target / name), package)
        # Modified files of an MPL library are in the engine: what was changed goes with it.
        shutil.copy(Path(self.root) / _HARDENED / "whatsmeow.patch", target)
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"

    def _go(self, *command: str) -> None:
        subprocess.run(command, cwd=self.root, env={**os.environ, "CGO_ENABLED": "0"}, check=True)
