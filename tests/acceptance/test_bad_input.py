"""What a user can get wrong, with real processes: one clear line, the next step, an exit code."""

import asyncio
import ctypes
import os
import socket
import stat
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from holdfast import binaries
from holdfast.engine import running
from holdfast.keeper import Place, end_with_parent, free_port
from holdfast.lab import Simulator, Stack
from patience import PATIENCE_S


def _obey_permissions() -> None:
    """In the child: root writes through chmod, so that even root must lose that right here."""
    if os.getuid() == 0:
        pr_capbset_drop, cap_dac_override = 24, 1
        ctypes.CDLL(None).prctl(pr_capbset_drop, cap_dac_override, 0, 0, 0)


async def command(*argv: str, data: Path, stdin: bytes = b"", **env: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *argv),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "HOLDFAST_DATA": str(data),
            "HOLDFAST_MASTER_KEY_FILE": str(data / "m.key"),
            **env,
        },
        preexec_fn=_obey_permissions,
    )
    async with asyncio.timeout(PATIENCE_S):
        out, err = await process.communicate(stdin)
    return int(process.returncode or 0), out.decode(), err.decode()


async def holdfast(*argv: str, data: Path, stdin: bytes = b"", **env: str) -> tuple[int, str, str]:
    return await command("holdfast.cli", *argv, data=data, stdin=stdin, **env)


def up(*argv: str) -> Sequence[str]:
    return ["up", "--no-dashboard", "--api-port", str(free_port()), *argv]


def last_plain_line(err: str) -> str:
    lines = [line for line in err.splitlines() if line.strip() and not line.startswith("{")]
    assert lines, f"no line for a human in: {err!r}"
    assert "Traceback" not in err
    return lines[-1]


def refusal(code: int, err: str, expected: int, *words: str) -> None:
    line = last_plain_line(err)
    assert code == expected, (code, err)
    assert "Next step" in line, line
    for word in words:
        assert word in line, line


@asynccontextmanager
async def running_stack(data: Path, simulator: Simulator, **env: str) -> AsyncIterator[Stack]:
    place = Place(data, "127.0.0.1", free_port(), free_port(), simulator.trust_file, data / "m.key")
    async with Stack.start(place) as stack:
        yield stack


async def test_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        code, _, err = await holdfast("up", "--no-dashboard", "--api-port", port, data=tmp_path)
        refusal(code, err, 4, port, "--api-port")
        code, _, err = await command("holdfast.app", data=tmp_path, HOLDFAST_API_PORT=port)
        refusal(code, err, 4, port)


async def test_a_data_folder_in_use(tmp_path: Path, simulator: Simulator) -> None:
    data = tmp_path / "data"
    async with running_stack(data, simulator) as stack:
        code, _, err = await command("holdfast.app", data=data, HOLDFAST_API_PORT=str(free_port()))
        refusal(code, err, 3)
        engine = str(binaries.path("holdfast-engine"))
        process = await asyncio.create_subprocess_exec(
            *(engine, "serve", "--data", str(data), "--lab", str(simulator.trust_file)),
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(PATIENCE_S):
            _, words = await process.communicate()
        assert process.returncode == 3
        assert "Traceback" not in words.decode()
        assert len(last_plain_line(words.decode()).splitlines()) == 1
        assert (await stack.client.system()).engine_attached  # the running one is not disturbed


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    data = tmp_path / "closed"
    data.mkdir()
    data.chmod(stat.S_IRUSR | stat.S_IXUSR)
    for argv in (("holdfast.cli", *up()), ("holdfast.app",)):
        code, _, err = await command(*argv, data=data)
        assert code not in {0, 1}, err
        refusal(code, err, code, str(data))


async def test_a_missing_engine(tmp_path: Path) -> None:
    for argv in (("holdfast.cli", *up()), ("holdfast.app",)):
        code, _, err = await command(
            *argv, data=tmp_path, HOLDFAST_ENGINE_BIN=str(tmp_path / "no"), HOLDFAST_API_PORT=str(free_port())
        )
        refusal(code, err, 6, "make setup")


async def test_wrong_words_to_a_running_gateway(tmp_path: Path, simulator: Simulator) -> None:
    data = tmp_path / "data"
    async with running_stack(data, simulator) as stack:
        await stack.client.sessions.create("main")
        code, _, err = await holdfast("send", "nobody", "+4915112345678", "hi", data=data)
        refusal(code, err, 1, "No session")
        code, _, err = await holdfast("send", "main", "not a number", "hi", data=data)
        refusal(code, err, 1)
        code, _, err = await holdfast("send", "main", "+4915112345678", "-", data=data, stdin=b"a" * 2**20)
        refusal(code, err, 1)
        code, _, err = await holdfast("status", data=data, HOLDFAST_KEY="hf_local_wrong")
        refusal(code, err, 5)
        code, _, err = await holdfast("send", "main", "+491", "x", data=data, HOLDFAST_KEY="hf_local_wrong")
        refusal(code, err, 5)
        assert await stack.client.messages_page("main") == ([], None)  # nothing of it was accepted


async def test_a_master_key_that_does_not_fit(tmp_path: Path, simulator: Simulator) -> None:
    data = tmp_path / "data"
    async with running_stack(data, simulator):
        pass
    (data / "m.key").unlink()
    code, _, err = await command("holdfast.app", data=data, HOLDFAST_API_PORT=str(free_port()))
    refusal(code, err, 5)
    assert not running(data), "a gateway that cannot start leaves no engine behind"


async def test_a_gateway_whose_engine_is_gone(
    tmp_path: Path, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = tmp_path / "engine"
    engine.symlink_to(binaries.path("holdfast-engine"))
    monkeypatch.setenv("HOLDFAST_ENGINE_BIN", str(engine))
    data = tmp_path / "data"
    async with running_stack(data, simulator) as stack:
        engine.unlink()
        stack.kill("engine")
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if not (await stack.client.system()).engine_attached:
                    break
                await asyncio.sleep(0.02)
        code, out, err = await holdfast("status", data=data)
        refusal(code, err, 11, "no engine")
        assert "no engine" in out
        code, _, err = await holdfast("pair", data=data)
        refusal(code, err, 11, "no engine")


async def test_an_engine_that_cannot_start(tmp_path: Path) -> None:
    broken = tmp_path / "broken-engine"
    broken.write_text("#!/bin/sh\necho 'holdfast-engine: the disk is on fire' >&2\nexit 1\n")
    broken.chmod(0o755)
    code, _, err = await holdfast(*up(), data=tmp_path / "data", HOLDFAST_ENGINE_BIN=str(broken))
    assert code not in {0, -9}
    assert "the disk is on fire" in last_plain_line(err)


async def test_a_socket_path_that_is_too_long_still_works(tmp_path: Path, simulator: Simulator) -> None:
    data = tmp_path / ("long" * 30)
    async with running_stack(data, simulator) as stack:
        assert (await stack.client.system()).engine_attached
        address = (data / "run" / "engine.addr").read_text().strip()
        assert len(address) <= 107
        assert not address.startswith(str(data))


OTHER_ENGINE = Path(__file__).with_name("other_engine.py")


async def test_an_engine_of_another_protocol_version(tmp_path: Path) -> None:
    program = tmp_path / "other-engine"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{OTHER_ENGINE}" "$@"\n')
    program.chmod(0o755)
    code, _, err = await holdfast(*up(), data=tmp_path / "data", HOLDFAST_ENGINE_BIN=str(program))
    refusal(code, err, 7, "version")


async def test_a_running_engine_of_another_version_is_replaced(tmp_path: Path, simulator: Simulator) -> None:
    data = tmp_path / "data"
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, str(OTHER_ENGINE), "serve", "--data", str(data)), preexec_fn=end_with_parent
    )
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if (data / "run" / "engine.addr").exists():
                break
            await asyncio.sleep(0.02)
    async with running_stack(data, simulator) as stack:
        assert (await stack.client.system()).engine_attached
        assert (data / "run" / "other-engine.shut-down").exists()
        async with asyncio.timeout(PATIENCE_S):
            assert await other.wait() == 0
