"""How the process refuses to start:

one line, the next step, a code that says whether starting again helps.
"""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast import settings
from holdfast.app import start
from holdfast.model.errors import (
    EngineProtocolError,
    EngineUnreachable,
    HoldfastError,
    SettingsError,
    StoreUnavailable,
)
from holdfast.vault import MasterKeyMissing, OtherWorld, WrongMasterKeyForData


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test alone, set as a user would."""
    for name in [name for name in os.environ if name.startswith("HOLDFAST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOLDFAST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOLDFAST_MASTER_KEY_FILE", str(tmp_path / "master.key"))
    monkeypatch.setenv("HOLDFAST_API_PORT", "0")
    monkeypatch.setenv("HOLDFAST_ENGINE_BIN", str(tmp_path / "no-engine"))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = start.main([])
    return code, [line for line in capsys.readouterr().err.splitlines() if not line.startswith("{")][-1]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError(), 2),
        (OtherWorld(), 2),
        (start.SecondGateway(), 3),
        (start.PortTaken(), 4),
        (WrongMasterKeyForData(), 5),
        (MasterKeyMissing(), 5),
        (start.EngineMissing(), 6),
        (EngineUnreachable(), 6),
        (EngineProtocolError(), 7),
        (StoreUnavailable(), 8),
        (HoldfastError(), 1),
    ],
    ids=lambda it: type(it).__name__,
)
def test_every_refusal_has_its_code_and_its_next_step(error: HoldfastError, code: int) -> None:
    assert start.exit_code(error) == code
    assert code == 1 or "Next step" in str(error) or type(error) in (SettingsError,)


def test_the_engine_is_missing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, line = run(capsys)
    assert code == 6
    assert "make setup" in line


def test_the_port_is_taken(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("HOLDFAST_API_PORT", str(other.getsockname()[1]))
        code, line = run(capsys)
    assert code == 4
    assert "HOLDFAST_API_PORT" in line


def test_a_second_gateway(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = settings.read()
    settings.prepare(chosen)
    with start.only_gateway(chosen):
        code, line = run(capsys)
    assert code == 3
    assert str(os.getpid()) in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOLDFAST_API_PORT", "high"),
        ("HOLDFAST_API_PORT", "70000"),
        ("HOLDFAST_LOG_LEVEL", "loud"),
        ("HOLDFAST_LAB", "/nowhere/trust.json"),
        ("HOLDFAST_LAB_PACE", "0.5"),
        ("HOLDFAST_LAB_PACE", "8"),
        ("HOLDFAST_CANARY_MINUTES", "1"),
        ("HOLDFAST_CANARY_MINUTES", "-5"),
        ("HOLDFAST_DATA", "/dev/null/data"),
        ("HOLDFAST_HOST", "no.such.host.invalid"),
    ],
)
def test_settings_that_cannot_be(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    code, line = run(capsys)
    assert code == 2
    assert "Next step" in line


def test_no_engine_to_stop_is_no_error(home: Path) -> None:
    assert start.main(["--stop-engine"]) == 0


def test_settings_are_read_from_their_variables_alone(home: Path) -> None:
    chosen = settings.read(
        {"HOLDFAST_DATA": "/a", "HOLDFAST_DEVICE_NAME": "Desk", "DEVICE_NAME": "no", "HOLDFAST_X": "1"}
    )
    assert (chosen.data, chosen.device_name, chosen.lab) == (Path("/a"), "Desk", None)
    assert chosen.kill_points is None
    assert settings.read({"HOLDFAST_LAB": ""}).lab is None


def test_a_start_loads_nothing_that_only_a_scrape_needs() -> None:
    script = "import sys, holdfast.app.web, holdfast.app.gateway; print('prometheus_client' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
