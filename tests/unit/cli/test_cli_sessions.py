"""Commands on one number, against a gateway by script, in this process."""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from scripted_gateway import KEY, ScriptedGateway, running_gateway, session_body

from announced import announced
from holdfast.cli import sessions, users
from holdfast.model.errors import UnknownKey

KEYS = [
    {"key_id": "key_1", "name": "robot", "kind": "program", "scopes": ["read"]},
    {"key_id": "key_2", "name": "twin", "kind": "program", "scopes": ["send"]},
    {"key_id": "key_3", "name": "twin", "kind": "program", "scopes": ["send"]},
]


@pytest.fixture
async def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ScriptedGateway]:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    async with running_gateway() as running:
        (tmp_path / "local.key").write_text(json.dumps({"key": KEY}))
        running.answers["GET", "/v1/sessions/taxi"] = session_body(id="ses_1", name="taxi")
        running.answers["GET", "/v1/keys"] = {"keys": KEYS}
        with announced(tmp_path, running.url):
            yield running


async def test_connect_says_what_came_of_it(
    gateway: ScriptedGateway, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connecting = session_body(id="ses_1", name="taxi", state="connecting")
    gateway.answers["POST", "/v1/sessions/taxi/connect"] = connecting
    gateway.answers["GET", "/v1/sessions/ses_1"] = session_body(id="ses_1", name="taxi")
    assert await sessions.connect(tmp_path, "taxi") == 0
    assert capsys.readouterr().out == "taxi is connected as +4915112345678\n"
    gateway.answers["GET", "/v1/sessions/ses_1"] = session_body(
        id="ses_1", name="taxi", state="logged_out", sentence="Removed on the phone.", next_step="Pair it."
    )
    assert await sessions.connect(tmp_path, "taxi") == 1
    said = capsys.readouterr().err
    assert said == "error taxi is not connected: Removed on the phone. Next step: pair it.\n"


async def test_what_cannot_be_undone_needs_a_yes(
    gateway: ScriptedGateway, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for act in (sessions.logout, sessions.delete):
        with pytest.raises(SystemExit) as left:
            await act(tmp_path, "taxi", yes=False)
        assert left.value.code == 2
        assert "add --yes" in capsys.readouterr().err
    gateway.answers["POST", "/v1/sessions/ses_1/logout"] = session_body(state="logged_out")
    gateway.answers["DELETE", "/v1/sessions/ses_1"] = {}
    assert await sessions.logout(tmp_path, "taxi", yes=True) == 0
    assert await sessions.delete(tmp_path, "taxi", yes=True) == 0


async def test_a_key_is_shown_by_its_id_or_its_name(
    gateway: ScriptedGateway, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for ref in ("robot", "key_1"):
        await users.show_key(tmp_path, ref, as_json=True)
        assert json.loads(capsys.readouterr().out)["key_id"] == "key_1"
    for ref, says in (("twin", "2 keys are called twin"), ("nobody", "nobody")):
        with pytest.raises(UnknownKey, match=says):
            await users.show_key(tmp_path, ref, as_json=True)
