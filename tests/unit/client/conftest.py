from collections.abc import AsyncIterator

import pytest
from scripted_gateway import KEY, ScriptedGateway, running_gateway

from holdfast.client import Client


@pytest.fixture
async def gateway() -> AsyncIterator[ScriptedGateway]:
    async with running_gateway() as running:
        yield running


@pytest.fixture
async def client(gateway: ScriptedGateway) -> AsyncIterator[Client]:
    async with Client(gateway.url, KEY, timeout_s=60.0) as made:
        yield made
