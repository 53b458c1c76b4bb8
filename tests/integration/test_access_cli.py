"""`holdfast user`, `holdfast key` and `holdfast audit`, from the command line to the database and back."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import warm
from announced import announced
from holdfast.accounts import Scope
from holdfast.model.ids import DEFAULT_TENANT
from patience import PATIENCE_S

from .served import Served, served

WORD = "correct horse battery"


@dataclass
class Terminal:
    """A command line beside a served API."""

    data: Path
    api: Served

    async def say(self, *words: str, given: str = "", code: int = 0) -> str:
        process = await warm.start(
            *("holdfast.cli", *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "HOLDFAST_DATA": str(self.data)},
        )
        async with asyncio.timeout(PATIENCE_S):
            out, _ = await process.communicate(given.encode())
        assert process.returncode == code, out.decode()
        return out.decode()

    async def login(self) -> int:
        answer = await self.api.http.post("/v1/login", json={"name": "anna", "password": WORD})
        return answer.status_code


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncIterator[Terminal]:
    async with served(tmp_path) as api:
        issued = await api.accounts.create_key(DEFAULT_TENANT, "this machine", scopes=frozenset(Scope))
        (tmp_path / "local.key").write_text(json.dumps({"key": issued.key}))
        with announced(tmp_path, api.url):
            yield Terminal(tmp_path, api)


async def test_a_user_is_made_and_locked_and_the_audit_says_so(terminal: Terminal) -> None:
    assert "holdfast user add NAME --role owner" in await terminal.say("user", "list")
    refused = await terminal.say("user", "add", "anna", given="short\n", code=1)
    assert "at least 10 characters" in refused
    said = await terminal.say("user", "add", "anna", "--role", "viewer", given=f"{WORD}\n")
    assert "may log in as viewer" in said
    assert await terminal.login() == 200
    await terminal.say("user", "lock", "anna")
    assert await terminal.login() == 401
    (shown,) = json.loads(await terminal.say("user", "list", "--json"))
    assert (shown["name"], shown["role"], shown["locked"]) == ("anna", "viewer", True)
    told = await terminal.say("audit")
    assert "Make a user" in told
    assert "anna locked True" in told
    assert WORD not in told


async def test_a_key_is_shown_once_and_ends(terminal: Terminal) -> None:
    made = (await terminal.say("key", "create", "robot", "--scope", "read", "--days", "7")).splitlines()
    headers = {"Authorization": f"Bearer {made[0]}"}
    assert (await terminal.api.http.get("/v1/users/self", headers=headers)).json()["scopes"] == ["read"]
    listed = await terminal.say("key", "list")
    assert "robot" in listed
    assert made[0] not in listed
    await terminal.say("key", "revoke", made[1].split()[-1])
    assert (await terminal.api.http.get("/v1/users/self", headers=headers)).status_code == 401
