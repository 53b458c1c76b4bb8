"""`Client.ask` dropped the query of a path: `holdfast booking list --from` listed everything."""

import asyncio

from holdfast.client import Client


async def test_the_query_of_a_path_reaches_the_gateway() -> None:
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0].decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with Client(url, "hf_key") as client:
            await client.ask("GET", "/v1/chauffeur/bookings?from=2026-12-24&limit=500")
            await client.ask("GET", "/v1/chauffeur/setting")
    assert asked == [
        "GET /v1/chauffeur/bookings?from=2026-12-24&limit=500 HTTP/1.1",
        "GET /v1/chauffeur/setting HTTP/1.1",
    ]
