"""The machine's own key is shown to the gateway of the data folder and to nobody who took its port."""

import asyncio
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from holdfast.client import Client, GatewayUnreachable
from holdfast.client.locate import Locator
from holdfast.model.errors import AccessError
from house import House


class Thief:
    """Listens where the gateway listened, and keeps what it is told."""

    def __init__(self) -> None:
        self.heard = b""
        self.visits = 0

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                self.heard += await reader.read(65536)
        writer.close()


async def test_a_server_on_the_freed_port_is_shown_no_key(house: House) -> None:
    await house.link("taxi")
    port = house.http.base_url.port
    assert port is not None
    async with Client(data=house.place.data) as client:
        assert (await client.system()).engine_attached
        async with client.events(after=""):
            await house.kill("gateway")
            assert (house.place.data / "run" / "gateway.json").exists()  # it could not withdraw it
            thief = Thief()
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            server = await asyncio.start_server(thief.visit, sock=listener)
            async with server, Client(data=house.place.data) as other:
                for asking in (client, other):
                    with pytest.raises(GatewayUnreachable):
                        await asking.system()
                with pytest.raises(GatewayUnreachable):
                    await other.send("taxi", "+4915112345678", "x", timeout_s=2.0)
            assert b"hf_" not in thief.heard
            assert thief.visits == 0


async def test_programs_of_this_machine_use_the_socket(house: House) -> None:
    place = Locator(data=house.place.data).find()
    assert place.socket == house.place.data / "run" / "gateway.sock"
    async with Client(data=house.place.data) as client, client.events(after=""):
        assert (await client.system()).engine_attached
    await house.stop()
    assert not place.socket.exists()


async def test_a_socket_of_somebody_else_is_none(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = Path("/proc/1")
    announced = house.place.data / "run" / "gateway.json"
    usual = str(house.place.data / "run" / "gateway.sock")
    announced.write_text(announced.read_text().replace(usual, str(elsewhere / "gateway.sock")))
    owner = (house.place.data / "run").stat().st_uid
    with monkeypatch.context() as patched:
        stat = Path.stat
        other = type("Other", (), {"st_uid": owner + 1})
        patched.setattr(Path, "stat", lambda self, **_: other if self == elsewhere else stat(self))
        with pytest.raises(GatewayUnreachable):
            Locator(data=house.place.data).find()


async def test_the_key_of_the_data_folder_is_for_no_other_address(house: House) -> None:
    with pytest.raises(AccessError, match="HOLDFAST_KEY"):
        Locator("http://127.0.0.1:9", data=house.place.data).find()
