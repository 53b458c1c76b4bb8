"""The application over rooms that are scripted call by call."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from unittest.mock import AsyncMock, create_autospec

import httpx
import pytest
from fastapi import FastAPI

from holdfast.accounts import Accounts, Caller, Scope
from holdfast.api.app import create_app
from holdfast.api.rooms import Facts, Rooms
from holdfast.model.errors import Unauthorized
from holdfast.model.ids import DEFAULT_TENANT
from holdfast.model.seams import SessionDirectory
from holdfast.sessions import Progress

CALLERS = {
    "hf_admin": Caller("key_admin", DEFAULT_TENANT, frozenset(Scope)),
    "hf_reader": Caller("key_reader", DEFAULT_TENANT, frozenset({Scope.READ})),
    "hf_nothing": Caller("key_nothing", DEFAULT_TENANT, frozenset()),
}


async def known(key: str) -> Caller:
    """Whom `Accounts.authenticate` recognises here."""
    try:
        return CALLERS[key]
    except KeyError:
        raise Unauthorized from None


@pytest.fixture
def rooms() -> Rooms:
    """Rooms that do nothing until a test says what."""
    facts = create_autospec(Facts, instance=True, version="1", lab=False, ready=True, engine=None)
    facts.applications = ()
    facts.started_at, facts.progress = datetime(2026, 1, 1, tzinfo=UTC), Progress(0, 0, True, None)
    accounts = create_autospec(Accounts, instance=True)
    accounts.authenticate = AsyncMock(side_effect=known)
    made: Rooms = create_autospec(
        Rooms,
        instance=True,
        facts=facts,
        accounts=accounts,
        directory=create_autospec(SessionDirectory, instance=True),
    )
    return made


@pytest.fixture
def app(rooms: Rooms) -> FastAPI:
    """The shipped composition over them."""
    return create_app(rooms)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client with every right. Faults of the application come back as answers."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": "Bearer hf_admin"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client
