"""What `make wheels` has made, as a stranger gets it: no environment of ours, an empty home."""

import os
import platform
import struct
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

import pytest

import holdfast

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
WHEELS: Final = {
    # a part of the name, the machine that Go names in the program's header
    "manylinux_2_17_x86_64": 0x3E,
    "manylinux_2_17_aarch64": 0xB7,
    "macosx_12_0_x86_64": 0x0100_0007,
    "macosx_12_0_arm64": 0x0100_000C,
}
PROGRAMS = ("holdfast-engine", "wasim")
_INTERPRETER: Final = 3  # a program header of ELF that names a dynamic linker


def wheel(part: str) -> Path:
    """The one wheel of this platform."""
    (found,) = DIST.glob(f"holdfast-{holdfast.__version__}-py3-none-*{part}*.whl")
    return found


def here() -> Path:
    """The wheel of the machine that tests."""
    machine = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
    if sys.platform == "darwin":
        return wheel(f"macosx_12_0_{platform.machine()}")
    return wheel(f"manylinux_2_17_{machine}")


def metadata(path: Path) -> Message:
    """What an index reads."""
    with zipfile.ZipFile(path) as packed:
        (name,) = [it for it in packed.namelist() if it.endswith(".dist-info/METADATA")]
        return HeaderParser().parsestr(packed.read(name).decode())


def _is_static(program: bytes) -> bool:
    """No dynamic linker is asked for: the program runs whichever C library the system has."""
    (offset,) = struct.unpack_from("<Q", program, 0x20)
    size, count = struct.unpack_from("<HH", program, 0x36)
    kinds = [struct.unpack_from("<I", program, offset + size * it)[0] for it in range(count)]
    return _INTERPRETER not in kinds


@pytest.mark.parametrize("part", WHEELS)
def test_a_wheel_carries_its_platforms_programs(part: str) -> None:
    with zipfile.ZipFile(wheel(part)) as packed:
        names = set(packed.namelist())
        for name in PROGRAMS:
            entry = packed.getinfo(f"holdfast/_bin/{name}")
            assert entry.external_attr >> 16 & 0o111 == 0o111, "not executable"
            program = packed.read(entry)
            if program.startswith(b"\x7fELF"):
                assert struct.unpack_from("<H", program, 0x12)[0] == WHEELS[part]
                assert _is_static(program)
                assert "musllinux_1_1" in wheel(part).name
            else:
                assert struct.unpack_from("<II", program) == (0xFEED_FACF, WHEELS[part])
        licences = packed.read("holdfast/_bin/LICENCES.txt").decode()
    assert {"holdfast/_examples/greeting.py", "holdfast/_bin/whatsmeow.patch"} <= names
    for module in ("go.mau.fi/libsignal", "go.mau.fi/whatsmeow", "google.golang.org/protobuf", "Go: LICENSE"):
        assert module in licences


def test_what_an_index_reads_tells_the_truth() -> None:
    said = metadata(here())
    assert said["Version"] == holdfast.__version__
    licences = set(said["License-Expression"].split(" AND "))
    assert {"Apache-2.0", "GPL-3.0-only", "MPL-2.0"} <= licences
    assert {"LICENSE", "NOTICE"} <= set(said.get_all("License-File", ()))
    assert not [it for it in said.get_all("Classifier", ()) if it.startswith("License")]


def _bare(home: Path, **more: str) -> dict[str, str]:
    """An environment that knows nothing of ours."""
    home.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SSL_CERT_FILE") if name in os.environ}
    indexes = {name: value for name, value in os.environ.items() if name.startswith(("UV_", "PIP_"))}
    return {**kept, **indexes, "HOME": str(home), "NO_COLOR": "1", **more}


def test_the_demo_runs_from_the_wheel_in_an_empty_home(tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    ran = subprocess.run(
        [uv, "tool", "run", "--system-certs", "--from", str(here()), "holdfast", "demo", "--once"],
        cwd=tmp_path,
        env=_bare(tmp_path / "home", UV_PYTHON=sys.executable),
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Scanned once, still connected." in ran.stdout
    assert "0 lost, 0 doubled, 0 QR codes" in ran.stdout


def test_the_source_builds_a_wheel(tmp_path: Path) -> None:
    (source,) = DIST.glob(f"holdfast-{holdfast.__version__}.tar.gz")
    with tarfile.open(source) as packed:
        names = {it.partition("/")[2] for it in packed.getnames()}
    assert {"pyproject.toml", "hatch_build.py", "go.mod", "engine/main.go", "LICENSE", "NOTICE"} <= names
    assert not [it for it in names if it.startswith(("tests/", "src/holdfast/_bin/", ".venv/"))]
    uv = Path(sys.executable).with_name("uv")
    ran = subprocess.run(
        [uv, "build", "--system-certs", "--wheel", "--python", sys.executable, "--out-dir", tmp_path, source],
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    (built,) = tmp_path.glob("*.whl")
    assert built.name == here().name
