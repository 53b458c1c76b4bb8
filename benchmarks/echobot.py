"""The bot under measurement: answers every message with its own text, on the public SDK and nothing else."""

import asyncio

import uvloop

from holdfast.client import Client, Event, EventStream
from holdfast.model.events import EventType, MessageReceived


async def _answer(client: Client, stream: EventStream, event: Event) -> None:
    if isinstance(event.data, MessageReceived) and not event.data.from_me:
        await client.reply(event, event.text)
    stream.ack(event)


async def _serve() -> None:
    running: set[asyncio.Task[None]] = set()
    async with Client() as client, client.events("bench-echo", types=[EventType.MESSAGE_RECEIVED]) as stream:
        print("ready", flush=True)
        async for event in stream:
            task = asyncio.create_task(_answer(client, stream, event))
            running.add(task)
            task.add_done_callback(running.discard)


if __name__ == "__main__":
    uvloop.run(_serve())
