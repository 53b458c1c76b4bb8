"""The bot of a webhook gateway: each message that is posted to it goes back as an HTTP send.

Bare asyncio and nothing else: it costs less than any web framework, and says 200 once its answer is accepted.
"""

import asyncio
import json
import sys
from typing import TextIO

import uvloop

from benchmarks.keepalive import KeepAlive, Refused

_ACCEPTED = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_FAILED = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"


class Bot:
    """Answers with the message's own text."""

    def __init__(self, gateway: KeepAlive, heard: TextIO) -> None:
        self._gateway, self._heard = gateway, heard

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the gateway, which it keeps."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = int(head.partition("content-length:")[2].split("\r\n", 1)[0])
                writer.write(await self._answer(json.loads(await reader.readexactly(length))))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, message: dict[str, object]) -> bytes:
        self._heard.write(f"{message['text']}\n")
        body = {"session": message["session"], "chat": message["chat"], "text": message["text"]}
        try:
            await self._gateway.post("/send", body)
        except (Refused, OSError, TimeoutError, asyncio.IncompleteReadError) as failure:
            print(failure, file=sys.stderr, flush=True)
            return _FAILED
        return _ACCEPTED


async def _serve(port: int, gateway_port: int, heard: TextIO) -> None:
    bot = Bot(KeepAlive("127.0.0.1", gateway_port), heard)
    async with await asyncio.start_server(bot.serve, "127.0.0.1", port) as server:
        print("ready", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    with open(sys.argv[3], "a", buffering=1) as heard:
        uvloop.run(_serve(int(sys.argv[1]), int(sys.argv[2]), heard))
