"""`holdfast lab` as people use it, against the real simulator."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.lab import LinkedStack, Match, Simulator
from patience import PATIENCE_S

from .lab_commands import run


async def told(*argv: str, data: Path) -> str:
    """What a command that succeeds prints, without the banner."""
    code, out, err = await run(*argv, data=data)
    assert (code, err) == (0, ""), err
    return out.partition("leaves this machine")[2].strip() or out.strip()


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with Simulator.start(tmp_path / "lab") as simulator:
        yield simulator


async def test_phones_talk(lab: Simulator, tmp_path: Path) -> None:
    await told("phone", "Ann", data=tmp_path)
    assert "+4915100000001" in await told("phone", "Ben", "--number", "+4915100000001", data=tmp_path)
    ann, ben = await lab.phones()
    assert await told("say", "Ben", "hello", "--from", "Ann", "--wait", "0", data=tmp_path)
    said = await ben.wait_for("hello")
    assert said.id in await told("inbox", "ben", data=tmp_path)
    await told("send", "Ben", "Ann", "--reaction", "👍", "--target", said.id, data=tmp_path)
    await told("send", "Ann", "Ben", "--edit", "hello again", "--target", said.id, data=tmp_path)
    async with asyncio.timeout(PATIENCE_S):
        # The edit is on its way while the command that made it has ended.
        while "hello again" not in (shown := await told("show", "Ben", "--chat", "Ann", data=tmp_path)):
            pass
    assert "edited" in shown
    assert "👍" in shown
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"\xff\xd8 not really")
    await told("send", "Ann", "Ben", "look", "--file", str(photo), data=tmp_path)
    got = await ben.wait_for("look")
    assert (got.kind, (await ben.file(got)).body) == ("image", photo.read_bytes())
    await told("group", "Lab", "Ann", "Ben", data=tmp_path)
    await told("say", "Lab", "hello all", "--from", "Ann", "--wait", "0", data=tmp_path)
    assert (await ben.wait_for("hello all")).chat.endswith("@g.us")
    assert "Lab" in await told("groups", data=tmp_path)
    phones = json.loads(await told("phones", "--json", data=tmp_path))
    assert [(each["name"], each["companions"]) for each in phones] == [("Ann", []), ("Ben", [])]
    assert ann.phone in await told("show", "Ann", data=tmp_path)


async def test_faults_and_time(lab: Simulator, tmp_path: Path) -> None:
    await lab.phone("Ann")
    assert (await told("fault", "no-ack", "--account", "Ann", data=tmp_path)).startswith("#1 no-ack account=")
    rule = ("--match", "tag=message dir=out", "--arg", "ms=5", "--count", "-1", "--ttl", "1h")
    assert "delay" in await told("fault", "--action", "delay", *rule, data=tmp_path)
    assert [each.name for each in await lab.faults()] == ["no-ack", "rule"]
    assert "#2 delay" in await told("faults", data=tmp_path)
    await told("clear", "1", data=tmp_path)
    assert [each.id for each in await lab.faults()] == [2]
    await told("clear", data=tmp_path)
    assert "nothing is broken" in await told("faults", data=tmp_path)
    known = await told("faults", "--known", data=tmp_path)
    assert {"no-ack", "blackhole"} <= set(known.split())
    assert "14 days, 0:00:00 ahead" in await told("clock", "--advance", "14d", data=tmp_path)
    assert "2:00:00 behind" in await told("clock", "--offset", "-2h", data=tmp_path)
    assert "machine" not in await told("clock", "--offset", "0", data=tmp_path)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("inbox", "Nobody"), "no phone 'Nobody'"),
        (("send", "Ann", "Ann"), "nothing to send"),
        (("send", "Ann", "Ann", "--file", "/nonexistent"), "no file"),
        (("fault", "nonsense"), "no-ack"),
        (("fault",), "--action"),
        (("fault", "no-ack", "--match", "tag=message"), "--account"),
        (("fault", "--action", "nonsense"), "blackhole"),
        (("fault", "no-ack", "--ttl", "soon"), "90s"),
        (("clock", "--advance", "1d", "--offset", "1d"), "not both"),
        (("kick", "Ann"), "no such device"),
        (("kick", "Ann", "--reason", "nonsense"), "no such device"),
        (("code", "Ann", "12345678"), ""),
        (("scan", "--code", "nonsense"), "not a pairing QR code"),
        (("transcript", "--dir", "sideways"), "from the client"),
    ],
)
async def test_mistakes_are_one_line(
    lab: Simulator, tmp_path: Path, command: tuple[str, ...], says: str
) -> None:
    await lab.phone("Ann")
    code, out, err = await run(*command, data=tmp_path)
    assert code != 0
    assert "Traceback" not in err + out
    assert err.startswith("error ")
    assert err.count("\n") == 1
    assert says in err


async def test_nothing_runs(tmp_path: Path) -> None:
    code, _, err = await run("phones", data=tmp_path)
    assert code == 1
    assert "holdfast lab start" in err


async def test_start_tells_how_to_point_clients_at_it_and_ends(tmp_path: Path) -> None:
    argv = (sys.executable, "-m", "holdfast.cli", "lab", "start", "--port", "0", "--seed", "9", "--memory")
    env = {**os.environ, "HOLDFAST_DATA": str(tmp_path), "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE, env=env)
    try:
        assert process.stdout is not None
        told_lines = ""
        async with asyncio.timeout(PATIENCE_S):
            while "Ctrl+C" not in told_lines:
                line = await process.stdout.readline()
                assert line, told_lines
                told_lines += line.decode()
        async with Simulator.attach(tmp_path / "lab" / "trust.json") as simulator:
            assert await simulator.seed() == 9
            for word in (simulator.root_key, simulator.address, "Baileys", "whatsapp-rust", "whatsmeow"):
                assert word in told_lines
        code, _, err = await run("start", "--port", "0", data=tmp_path)
        assert code == 1
        assert "runs already" in err
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE_S):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:  # only after a failure above
            process.kill()
            await process.wait()


async def test_what_passes_a_linked_client(lab: Simulator, tmp_path: Path) -> None:
    ann = await lab.phone("Ann")
    async with LinkedStack.start(tmp_path / "stack", lab) as linked:
        owner = linked.phone
        assert (await lab.wait_for(tag="success", account=owner)).device == 1
        mark = await lab.mark()
        async with lab.rule("duplicate", Match(tag="message", direction="out", account=owner), count=1):
            said = await ann.say(owner, "hush")
            passed = await lab.wait_for(account=owner, tag="message", id=said, fault="rule", after=mark)
        assert passed.struck
        receipt = await lab.wait_for(account=owner, tag="receipt", id=said, direction="in")
        assert receipt.seq > passed.seq
        shown = await told("transcript", "--account", f"+{owner.phone}", "--tag", "message", data=tmp_path)
        assert said in shown
        assert "rule/" in shown
        assert "hush" not in shown
        lines = (await told("transcript", "--id", said, "--json", data=tmp_path)).splitlines()
        assert {json.loads(line)["node"]["tag"] for line in lines} >= {"message", "receipt"}
        assert "base64" not in lines[0]
        assert "base64" in await told("transcript", "--id", said, "--json", "--bodies", data=tmp_path)
        exported = tmp_path / "transcript.jsonl"
        count = await lab.export(exported, account=owner, id=said)
        seqs = [json.loads(line)["seq"] for line in exported.read_text().splitlines()]
        assert count == len(seqs)
        # What is about the copy may have come since the command looked.
        assert seqs[: len(lines)] == [json.loads(line)["seq"] for line in lines]
        assert "connected" in await told("show", owner.phone, data=tmp_path)
        await told("kick", owner.phone, "--reason", "503", data=tmp_path)
        assert await lab.wait_for(account=owner, tag="stream:error")
