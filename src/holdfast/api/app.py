"""The HTTP application: every room's endpoints, one shape of error, one description."""

from collections.abc import Collection
from typing import Final

from fastapi import Depends, FastAPI

from holdfast.api import (
    access,
    alerts,
    audit,
    backups,
    chats,
    codes,
    configuration,
    docs,
    doctor,
    errors,
    events,
    fetching,
    groups,
    handovers,
    importing,
    keys,
    media,
    messages,
    metrics,
    pages,
    people,
    quarantine,
    queue,
    search,
    sessions,
    snapshots,
    socket,
    subscriptions,
    system,
    users,
)
from holdfast.api.description import Described
from holdfast.api.limits import BodyLimit
from holdfast.api.otherpages import OtherPages
from holdfast.api.rooms import Rooms
from holdfast.api.wholeness import whole_texts
from holdfast.kit.origin import SameSite
from holdfast.model.errors import Forbidden

_DESCRIPTION: Final = """
Holdfast keeps WhatsApp numbers linked and working, for programs that talk over them.

Every endpoint under `/v1` needs `Authorization: Bearer hf_…`; on this machine the key lies in `local.key` of
the data folder. Refusals are `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`,
`code`, `next_step`; [every code](/docs/problems). Times are ISO 8601 in UTC.
"""


def create_app(rooms: Rooms, names: Collection[str] = (), origins: Collection[str] = ()) -> FastAPI:
    """The application over these rooms, as it is shipped and as it is tested.

    `names` as in SameSite, `origins` as in OtherPages.
    """
    app = Described(
        responses={422: errors.refusal(422)},
        dependencies=[Depends(whole_texts)],
        title="Holdfast",
        version=rooms.facts.version,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        license_info={"name": "Apache-2.0"},
    )
    app.state.rooms = rooms
    errors.install(app)
    docs.install(app)
    app.add_middleware(BodyLimit)
    refusal = errors.answer_of(Forbidden("This page belongs to another site"))
    app.add_middleware(SameSite, refuse=refusal, names=names)
    app.add_middleware(OtherPages, origins=origins)
    app.include_router(system.open_router)
    for router in (
        system.router,
        doctor.router,
        sessions.router,
        quarantine.router,
        snapshots.router,
        importing.router,
        codes.router,
        messages.router,
        chats.router,
        search.router,
        queue.router,
        media.router,
        metrics.router,
        fetching.router,
        events.router,
        subscriptions.router,
        socket.router,
        access.router,
        pages.router,
        pages.page_router,
        keys.router,
        users.own_router,
        users.router,
        audit.router,
        alerts.router,
        backups.router,
        groups.router,
        handovers.router,
        configuration.router,
        people.router,
    ):
        app.include_router(router)
    if rooms.facts.lab:
        app.include_router(system.lab_router)
    return app
