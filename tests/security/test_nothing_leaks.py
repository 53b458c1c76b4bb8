"""Keys, codes and message bodies after a whole run: each stands where it belongs, and nowhere else.

Looked through is what anybody could see or copy: every file, the programs' arguments and environments, every
row of the database and every answer of the API.
"""

import base64
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from holdfast.lab import Simulator
from holdfast.vault.master import load_or_create
from house import House, running_house

SAID, HEARD = "said-by-us-7f3a", "said-to-us-9c1e"


def forms(secret: bytes) -> list[bytes]:
    """How bytes are written down."""
    plain = base64.b64encode(secret)
    return [secret, secret.hex().encode(), plain.rstrip(b"="), base64.urlsafe_b64encode(secret).rstrip(b"=")]


def files(house: House) -> Iterator[tuple[str, bytes]]:
    """Every file of the data folder, what the gateway printed among them."""
    for folder, _, names in os.walk(house.place.data):
        for path in (Path(folder, name) for name in names):
            with suppress(FileNotFoundError):  # the programs run on, and take files away
                if path.is_file():
                    yield str(path.relative_to(house.place.data)), path.read_bytes()


def processes(house: House) -> Iterator[tuple[str, bytes]]:
    """What any program of this user can see of ours."""
    assert house.process is not None
    for pid in (house.process.pid, house.place.engine_pid()):
        for what in ("cmdline", "environ"):
            yield f"{what} of {pid}", Path(f"/proc/{pid}/{what}").read_bytes()


def rows(house: House) -> Iterator[tuple[str, bytes]]:
    """Every value of the database, by its table."""
    database = sqlite3.connect(f"file:{house.place.data / 'holdfast.db'}?mode=ro", uri=True)
    try:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f"SELECT * FROM {table}").fetchall():
                for value in row:
                    yield f"table {table}", value if isinstance(value, bytes) else str(value).encode()
    finally:
        database.close()


async def answers(house: House) -> list[tuple[str, bytes]]:
    """What the API says to every question that can be asked without a body."""
    described = (await house.http.get("/openapi.json")).json()["paths"]
    asked = [path.replace("{ref}", "office") for path, methods in described.items() if "get" in methods]
    found: list[tuple[str, bytes]] = []
    for path in asked:
        more: dict[str, Any] = {"format": "json", "after": ""} if path == "/v1/events" else {}
        answer = await house.http.get(path, params=more)
        assert answer.status_code < 500, path
        found.append((f"GET {path}", answer.content))
    return found


def where(looked_through: list[tuple[str, bytes]], secret: bytes) -> set[str]:
    """The places that have it."""
    return {place for place, content in looked_through if secret in content}


@pytest.fixture
async def house(tmp_path: Path, simulator: Simulator) -> AsyncIterator[House]:
    """Its command line and environment are looked at."""
    async with running_house(tmp_path, simulator, cold=True) as made:
        yield made


@pytest.fixture
async def run(house: House) -> tuple[House, dict[str, bytes]]:
    """A number that was linked, talked both ways and lost its engine; and what must not be found of it."""
    secrets: dict[str, bytes] = {}
    phone = await house.simulator.phone("Ann")
    guest = await house.simulator.phone("Guest")
    await house.ask("PUT", "/v1/sessions/office", 201)
    await house.ask("POST", "/v1/sessions/office/pair", 202, params={"phone": phone.phone})
    typed = await house.ask("GET", "/v1/sessions/office/pair/code", params={"wait_s": 20})
    qr = (await house.ask("GET", "/v1/sessions/office/qr", params={"wait_s": 20}))["code"]
    await phone.scan(qr)
    await house.connected("office")
    message = {"to": f"+{guest.phone}", "text": SAID}
    await house.ask("POST", "/v1/sessions/office/messages", 202, json=message)
    await guest.wait_for(SAID)
    await guest.say(phone.phone, HEARD)
    await house.received(HEARD)
    await house.kill("engine")
    await house.connected("office")
    secrets["the typed code"] = typed["code"].encode()
    reference, _, _, secret, *_ = qr.rpartition("#")[2].split(",")
    secrets["the QR code"] = reference.encode()
    secrets |= {f"the linking secret, {i}": it for i, it in enumerate(forms(base64.b64decode(secret)))}
    kept = house.place.master_key
    assert kept is not None
    secrets |= {
        f"the master key, {i}": it
        for i, it in enumerate(forms(base64.b64decode(kept.read_bytes().strip().rpartition(b":")[2])))
    }
    master = load_or_create(kept)
    for folder in (house.place.data / "sessions").iterdir():
        wrapped = (folder / "session.key").read_bytes()
        key = master.unwrap(wrapped).key
        secrets |= {f"a session's key, {i}": it for i, it in enumerate(forms(key))}
    return house, secrets


async def test_everything_stands_where_it_belongs_alone(run: tuple[House, dict[str, bytes]]) -> None:
    house, secrets = run
    everywhere = [*files(house), *processes(house), *rows(house), *await answers(house)]
    assert len(everywhere) > 100
    found = {name: where(everywhere, secret) for name, secret in secrets.items()}
    assert {name: places for name, places in found.items() if places} == {}
    key = house.http.headers["Authorization"].removeprefix("Bearer ").encode()
    assert where(everywhere, key) == {"local.key"}
    for text in (SAID, HEARD):
        places = where(everywhere, text.encode())
        assert {it for it in places if it.startswith("table")} == {"table messages"}
        told = {it for it in places if it.startswith("GET")}
        # A chat shows its last message.
        shown = {f"GET /v1/sessions/office/{noun}" for noun in ("messages", "chats")}
        assert told <= shown | {"GET /v1/events"}
        assert {it for it in places if not it.startswith(("table", "GET"))} <= {
            "holdfast.db",
            "holdfast.db-wal",
        }
        assert told
