"""The commands as a user meets them: what is printed and the exit code, against a gateway by script."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scripted_gateway import KEY, ScriptedGateway, refusal, running_gateway, session_body, system_body

import warm
from announced import announced
from holdfast.cli.qr import half_blocks
from holdfast.cli.screen import ago, number

pytestmark = pytest.mark.long


async def holdfast(*argv: str, data: Path, stdin: str = "", **env: str) -> tuple[int, str, str]:
    process = await warm.start(
        *("holdfast.cli", *argv),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "HOLDFAST_DATA": str(data), "NO_COLOR": "1", **env},
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate(stdin.encode())
    return int(process.returncode or 0), out.decode(), err.decode()


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[ScriptedGateway]:
    async with running_gateway() as running:
        (tmp_path / "local.key").write_text(json.dumps({"key": KEY}))
        running.answers["GET", "/v1/system"] = system_body()
        with announced(tmp_path, running.url):
            yield running


async def test_status_shows_every_number_in_words(gateway: ScriptedGateway, tmp_path: Path) -> None:
    banned = session_body(
        id="ses_2", name="second", phone="4917700000001", state="banned", color="red", sentence="Banned."
    )
    gateway.answers["GET", "/v1/sessions"] = {"sessions": [session_body(), banned]}
    code, out, err = await holdfast("status", data=tmp_path)
    assert code == 0, err
    assert "+4915112345678" in out
    assert "+4917700000001" in out
    assert "banned" in out
    assert "Banned." in out
    assert "LAB MODE" not in out


async def test_rename_says_both_names(gateway: ScriptedGateway, tmp_path: Path) -> None:
    session = session_body(id="ses_1", name="taxi")
    gateway.answers["GET", "/v1/sessions/taxi"] = session
    gateway.answers["PATCH", "/v1/sessions/ses_1"] = session | {"name": "night shift"}
    code, out, err = await holdfast("rename", "taxi", "night shift", data=tmp_path)
    assert (code, out) == (0, "taxi is called night shift now\n"), err
    taken = refusal("name_taken", "Another session has this name", "Choose another name.")
    gateway.answers["PATCH", "/v1/sessions/ses_1"] = taken
    code, _, err = await holdfast("rename", "taxi", "van", data=tmp_path)
    assert code == 1
    assert one_line(err)


async def test_status_for_machines(gateway: ScriptedGateway, tmp_path: Path) -> None:
    gateway.answers["GET", "/v1/sessions"] = {"sessions": [session_body()]}
    code, out, _ = await holdfast("status", "--json", data=tmp_path)
    body = json.loads(out)
    assert code == 0
    assert body["sessions"][0]["state"] == "connected"
    assert body["sessions"][0]["since"] == "2026-11-24T12:00:00+00:00"


async def test_status_without_engine_says_so_and_fails(gateway: ScriptedGateway, tmp_path: Path) -> None:
    gateway.answers["GET", "/v1/system"] = system_body(lab=True, engine={"attached": False})
    gateway.answers["GET", "/v1/sessions"] = {"sessions": []}
    code, out, err = await holdfast("status", data=tmp_path)
    assert code == 11
    assert "LAB MODE" in out
    assert "no engine" in err
    assert "Next step" in err


def one_line(err: str) -> bool:
    return err.count("\n") == 1 and err.startswith("error ") and "Next step" in err


async def test_no_gateway_is_one_line(tmp_path: Path) -> None:
    for command in (["status"], ["send", "main", "+4915112345678", "hi"], ["pair"], ["events"]):
        code, _, err = await holdfast(*command, data=tmp_path)
        assert code == 10, (command, err)
        assert one_line(err), err


async def test_a_wrong_key_is_one_line(gateway: ScriptedGateway, tmp_path: Path) -> None:
    for command in (["status"], ["send", "main", "+4915112345678", "hi"]):
        code, _, err = await holdfast(*command, data=tmp_path, HOLDFAST_KEY="hf_wrong")
        assert code == 5, (command, err)
        assert err.count("\n") == 1, err


async def test_send_tells_what_became_of_it(gateway: ScriptedGateway, tmp_path: Path) -> None:
    stored: dict[str, Any] = {"message_id": "MSG1", "sent": {"status": "sent"}, "direction": "out"}
    gateway.answers["GET", "/v1/sessions/ses_1/messages/MSG1"] = stored
    code, out, err = await holdfast("send", "main", "+4915112345678", "-", data=tmp_path, stdin="words")
    assert code == 0, err
    assert "sent MSG1" in out
    (accepted,) = gateway.accepted.values()
    assert accepted["text"] == "words"
    code, _, err = await holdfast("send", "main", "nobody", "hi", data=tmp_path)
    assert code == 1
    assert err.startswith("error Not a number. Next step: give the number with country code")


async def test_events_are_lines_and_acknowledged(gateway: ScriptedGateway, tmp_path: Path) -> None:
    process = await warm.start(
        *("holdfast.cli", "events", "--as", "watch", "--json"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "HOLDFAST_DATA": str(tmp_path)},
    )
    await gateway.until(lambda: gateway.connections == 1 and "stream" in gateway.acked)
    await gateway.happen("hello", push_name="Anna")
    assert process.stdout is not None
    line = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
    assert line["data"]["content"]["text"] == "hello"
    await gateway.until(lambda: gateway.acked["stream"] == 1)
    process.terminate()
    await process.wait()


async def test_pair_draws_the_code_and_turns_into_connected(gateway: ScriptedGateway, tmp_path: Path) -> None:
    states = iter(["pairing", "pairing", "connecting"])
    qr = {"code": "2@ref,a,b,c", "index": 1, "of": 6, "valid_until": None, "expires_in_s": 59.0}
    gateway.answers["PUT", "/v1/sessions/main"] = session_body(state="new", phone=None)
    gateway.answers["POST", "/v1/sessions/main/pair"] = session_body(state="pairing")
    gateway.answers["GET", "/v1/sessions/main/qr"] = qr
    gateway.answers["GET", "/v1/sessions/main"] = lambda: session_body(state=next(states, "connected"))
    code, out, err = await holdfast("pair", data=tmp_path)
    assert code == 0, err
    assert half_blocks("2@ref,a,b,c")[8] in out
    assert out.count("code 1 of 6") == 1
    assert "connected as +4915112345678" in out
    assert "2@ref" not in out


async def test_pair_that_nobody_scanned_fails_with_the_next_step(
    gateway: ScriptedGateway, tmp_path: Path
) -> None:
    gateway.answers["PUT", "/v1/sessions/main"] = session_body(state="new", phone=None)
    gateway.answers["POST", "/v1/sessions/main/pair"] = session_body(state="pairing")
    gateway.answers["GET", "/v1/sessions/main/qr"] = {"code": "x", "expires_in_s": 1.0}
    gateway.answers["GET", "/v1/sessions/main"] = session_body(
        state="stopped", sentence="Nobody scanned the code in time."
    )
    code, _, err = await holdfast("pair", data=tmp_path)
    assert code == 1
    assert one_line(err), err


async def test_pair_of_a_linked_number_shows_no_code(gateway: ScriptedGateway, tmp_path: Path) -> None:
    gateway.answers["PUT", "/v1/sessions/main"] = session_body()
    code, out, _ = await holdfast("pair", data=tmp_path)
    assert code == 0
    assert "linked as +4915112345678" in out


async def test_unknown_session_is_one_line(gateway: ScriptedGateway, tmp_path: Path) -> None:
    gateway.answers["PUT", "/v1/sessions/x"] = refusal("engine_unreachable", "No engine", "Wait.", 503)
    code, _, err = await holdfast("pair", "x", data=tmp_path)
    assert code == 1
    assert one_line(err), err


async def test_bot_file_that_is_none(tmp_path: Path) -> None:
    code, _, err = await holdfast("bot", "run", str(tmp_path / "nothing.py"), data=tmp_path)
    assert code == 1
    assert one_line(err), err


async def test_lab_without_simulator(tmp_path: Path) -> None:
    code, _, err = await holdfast("lab", "show", data=tmp_path, HOLDFAST_LAB="")
    assert code == 1
    assert one_line(err), err


async def test_down_and_reload_when_nothing_runs(tmp_path: Path) -> None:
    code, out, _ = await holdfast("down", data=tmp_path)
    assert code == 0
    assert "nothing runs" in out
    code, _, err = await holdfast("reload", data=tmp_path)
    assert code == 10
    assert one_line(err), err


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from holdfast.cli.main import app; "
        "heavy = {'httpx', 'websockets', 'segno', 'fastapi', 'sqlalchemy', 'structlog', 'nicegui'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_half_blocks_hold_every_module_and_a_quiet_zone() -> None:
    lines = half_blocks("https://wa.me/settings/linked_devices#2@abc,d,e,f")
    assert len({len(line) for line in lines}) == 1
    assert set("".join(lines)) == set(" ▀▄█")
    assert lines[0].strip() == ""
    assert all(line.startswith("  ") and line.endswith("  ") for line in lines)


def test_durations_in_words() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for seconds, words in ((0, "now"), (12, "12 s"), (200, "3 min"), (7200, "2 h"), (500_000, "6 d")):
        assert ago(now - timedelta(seconds=seconds), now) == words
    assert ago(None) == "-"
    assert number("4915") == "+4915"
    assert number(None) == "-"


@pytest.mark.parametrize("labelled", [True, False])
async def test_chats_show_labels_where_there_are_any(
    gateway: ScriptedGateway, tmp_path: Path, labelled: bool
) -> None:
    label = {"label_id": "3", "name": "VIP", "color": 4}
    chat = {
        "chat": "1@lid",
        "phone": "+491",
        "group": False,
        "name": "Ann",
        "unread": 2,
        "archived": False,
        "muted_until": None,
        "last_at": None,
        "last_message": None,
        "labels": [label, {**label, "label_id": "5", "name": ""}] if labelled else [],
    }
    gateway.answers["GET", "/v1/sessions/main/chats"] = {"chats": [chat], "next": None}
    code, out, err = await holdfast("chats", "list", "main", data=tmp_path)
    assert code == 0, err
    assert "Ann" in out
    assert ("VIP, 5" in out, "labels" in out) == (labelled, labelled)


async def test_the_queue_says_what_each_message_waits_for(gateway: ScriptedGateway, tmp_path: Path) -> None:
    def waiting(message_id: str, **sent: Any) -> dict[str, Any]:
        content = {"kind": "text", "text": "hi"}
        sent = {"to": "4915@s.whatsapp.net", "status": "queued", **sent}
        return {"message_id": message_id, "chat": "4915@lid", "content": content, "sent": sent}

    later, locked = "2026-12-24T18:00:00.000Z", {"code": "reachout_locked", "message": "no new chats"}
    gateway.answers["GET", "/v1/sessions/main/queue"] = {
        "messages": 120,
        "chats": 3,
        "since": "2026-11-28T20:00:00.000Z",
        "scheduled": 1,
        "reachout_locked_until": later,
        "sentence": "WhatsApp lets this number begin no new chats",
        "waiting": [
            waiting("MSG1"),
            waiting("MSG2", not_before=later),
            waiting("MSG3", error=locked, next_attempt_at=later),
        ],
    }
    code, out, err = await holdfast("queue", "main", data=tmp_path)
    assert code == 0, err
    assert "120 messages in 3 chats" in out
    assert "begin no new chats (until 2026-12-2" in out
    one, two, three = [
        next(line for line in out.splitlines() if each in line) for each in ("MSG1", "MSG2", "MSG3")
    ]
    assert "its turn" in one
    assert "its time until 2026-12-2" in two
    assert "no new chats until 2026-12-2" in three
    assert "117 more" in out
    gateway.answers["POST", "/v1/sessions/main/messages/MSG1/cancel"] = {
        "message_id": "MSG1",
        "status": "failed",
    }
    code, out, err = await holdfast("cancel", "main", "MSG1", data=tmp_path)
    assert (code, out.strip()) == (0, "cancelled MSG1"), err
    gateway.answers["GET", "/v1/sessions/main/queue"] = {"messages": 0}
    code, out, _ = await holdfast("queue", "main", data=tmp_path)
    assert "Nothing waits" in out


async def test_pair_by_code_shows_what_to_type(gateway: ScriptedGateway, tmp_path: Path) -> None:
    typing = session_body(state="pairing") | {"pairing": {"step": "type_code"}}
    accepted = typing | {"pairing": {"step": "accepted"}}
    states = iter([session_body(state="pairing"), typing, accepted])
    shown = {"code": "ABCD-EFGH", "phone": "+4915112345678", "valid_until": None, "expires_in_s": 100}
    gateway.answers["PUT", "/v1/sessions/main"] = session_body(state="new", phone=None)
    gateway.answers["POST", "/v1/sessions/main/pair"] = session_body(state="pairing")
    gateway.answers["GET", "/v1/sessions/ses_1/pair/code"] = shown
    gateway.answers["GET", "/v1/sessions/main"] = lambda: next(states, session_body(state="connected"))
    code, out, err = await holdfast("pair", "--code", "+49 151 12345678", data=tmp_path)
    assert code == 0, err
    assert "A  B  C  D  -  E  F  G  H" in out
    assert "On the phone of +4915112345678" in out
    assert "connected as" in out
    assert {"phone": "+49 151 12345678"} in gateway.queries


async def test_pair_relays_a_passkey(gateway: ScriptedGateway, tmp_path: Path) -> None:
    asked = {"options": {}, "helper": "the script", "code": None, "valid_until": None, "expires_in_s": 100}
    answered: list[Any] = []

    def session() -> Any:
        steps = ["use_passkey", "compare_codes"]
        if len(answered) == len(steps):
            return session_body(state="connected")
        return session_body(state="pairing") | {"pairing": {"step": steps[len(answered)]}}

    def answer(said: Any) -> Any:
        answered.append(said)
        return session()

    qr = {"code": "2@ref,a,b,c", "index": 1, "of": 6, "valid_until": None, "expires_in_s": 60}
    gateway.answers["PUT", "/v1/sessions/main"] = session_body(state="new", phone=None)
    gateway.answers["POST", "/v1/sessions/main/pair"] = session_body(state="pairing")
    gateway.answers["GET", "/v1/sessions/main/qr"] = qr
    gateway.answers["GET", "/v1/sessions/main"] = session
    gateway.answers["GET", "/v1/sessions/main/pair/passkey"] = lambda: (
        asked | ({"code": "WXYZ-1234"} if answered else {})
    )
    gateway.answers["POST", "/v1/sessions/main/pair/passkey"] = lambda: answer("passkey")
    gateway.answers["POST", "/v1/sessions/main/pair/passkey/confirm"] = lambda: answer("confirm")
    code, out, err = await holdfast("pair", data=tmp_path, stdin='{"id": "x"}\nyes\n')
    assert code == 0, err
    assert "the script" in out
    assert "WXYZ-1234" in out
    assert answered == ["passkey", "confirm"]
    assert ("POST", "/v1/sessions/main/pair/passkey", {"id": "x"}) in gateway.requests
