"""The bot under measurement: answers every message with its own text, on the public SDK and nothing else.

With the name of a file as its argument it notes there what it was handed, one text a line.
"""

import asyncio
import os
import sys
from collections.abc import Callable

import uvloop

from holdfast.client import Client, Event, EventStream
from holdfast.model.events import EventType, MessageReceived

Note = Callable[[str], None]


async def _answer(client: Client, stream: EventStream, event: Event, note: Note) -> None:
    if isinstance(event.data, MessageReceived) and not event.data.from_me:
        note(event.text)
        await client.reply(event, event.text)
    stream.ack(event)


async def _serve(note: Note) -> None:
    running: set[asyncio.Task[None]] = set()
    async with Client() as client, client.events("bench-echo", types=[EventType.MESSAGE_RECEIVED]) as stream:
        print("ready", flush=True)
        async for event in stream:
            task = asyncio.create_task(_answer(client, stream, event, note))
            running.add(task)
            task.add_done_callback(running.discard)


if __name__ == "__main__":
    with open(sys.argv[1] if sys.argv[1:] else os.devnull, "a", buffering=1) as heard:
        uvloop.run(_serve(lambda text: print(text, file=heard)))
