"""Mounts the chauffeur into a gateway."""

import os
from typing import Final

import httpx
from fastapi import FastAPI

from holdfast.app.applications import Ground
from holdfast.chauffeur import acts, api, api_fleet, documents
from holdfast.chauffeur.notices import Notices
from holdfast.chauffeur.office import Office

#: The key of the routing service. A secret stands in no document.
_ROUTING_KEY: Final = "HOLDFAST_CHAUFFEUR_ROUTING_KEY"


def mount(ground: Ground, app: FastAPI) -> None:
    """Add the room's endpoints, its documents, and its acts to the steps of bots."""
    office = Office(
        ground.store,
        ground.journal,
        Notices(ground.outbox, ground.rooms.directory, ground.rooms.steps),
        http=httpx.AsyncClient,
        routing_key=os.environ.get(_ROUTING_KEY, ""),
    )
    documents.register(ground.rooms.configuration.kinds)
    acts.register(ground.rooms.steps, office.bookings)
    app.state.chauffeur = office
    app.include_router(api.router)
    app.include_router(api_fleet.router)
