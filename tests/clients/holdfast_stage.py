"""The whole of Holdfast, linked to one phone of the simulator, and a foreign client linked to another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from driver import Client
from stage import Stage

from house import House, running_house


@dataclass
class Both:
    """Holdfast's session `taxi`, and a client."""

    house: House
    number: str
    client: Client
    phone: str


@asynccontextmanager
async def met(stage: Stage) -> AsyncIterator[Both]:
    """Two companions that know of each other by number alone."""
    async with running_house(stage.folder, stage.wasim) as house:
        number, _ = await house.link("taxi")
        anna = await stage.wasim.phone("Anna")
        client = await stage.linked(anna)
        await stage.settled(anna)
        await client.forget()
        yield Both(house, number, client, anna.phone)
