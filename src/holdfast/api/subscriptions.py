"""HTTP: subscriptions, whose they are, what they are about, and how far their consumers are."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from holdfast.accounts import Caller, Scope
from holdfast.api.auth import Reader, TheRooms
from holdfast.api.bodies import Body, Moment
from holdfast.api.errors import refusals
from holdfast.api.reach import reached
from holdfast.api.rooms import Rooms
from holdfast.delivery import Consumer, Subscription, Wanted
from holdfast.kit.iso import iso, iso_or_none
from holdfast.model.errors import RequestInvalid
from holdfast.model.events import EventType

router = APIRouter(prefix="/v1/subscriptions", tags=["events"])

Name = Annotated[str, Path(description="the subscription's name", max_length=128)]
_TYPES: Final = frozenset(EventType)


class AckIn(Body):
    """How far a consumer is."""

    cursor: str = Field(description="everything up to this event is done", max_length=64)


class FilterIn(Body):
    """What a subscription is about from now on. Empty: everything."""

    sessions: list[str] = Field(default=[], description="ids, names or numbers")
    types: list[str] = Field(default=[], description="types of events")
    owner_key_id: str | None = Field(
        None, description="the key that may use it from now on; absent: as before", max_length=64
    )


class SubscriptionOut(BaseModel):
    """A consumer's place, remembered by its name."""

    name: str
    cursor: str
    owner_key_id: str | None = Field(description="the key that may use it")
    session_ids: list[str] | None = Field(description="only these sessions; null: all")
    types: list[str] | None = Field(description="only these types; null: all")
    created_at: Moment
    acked_at: Moment | None


class SubscriptionsOut(BaseModel):
    """Every subscription of the tenant."""

    subscriptions: list[SubscriptionOut]


def wanted_by(
    rooms: Rooms, caller: Caller, sessions: Sequence[str] | None, types: Sequence[str] | None
) -> Wanted | None:
    """The filter that a consumer asks for; None when it asks for none.

    What a key that is limited to some numbers does not reach is left out by `begin`, whatever it asks for.

    Raises UnknownSession, RequestInvalid.
    """
    unknown = sorted(set(types or ()) - _TYPES)
    if unknown:
        raise RequestInvalid(f"There is no event type {unknown[0]!r}; there are {', '.join(sorted(_TYPES))}")
    ids = [reached(rooms, caller, ref).session_id for ref in sessions or ()]
    return Wanted.of(ids, types) if ids or types else None


def consumer_of(caller: Caller) -> Consumer:
    """Whose subscriptions a caller may use: its own, and with the scope `admin` every one of the tenant.

    A key that is limited to some numbers has its own alone: others are about other numbers.
    """
    takes_over = caller.may(Scope.ADMIN) and caller.sessions is None
    return Consumer(caller.tenant_id, caller.key_id, may_take_over=takes_over)


@router.get("", summary="List subscriptions", responses=refusals())
async def list_subscriptions(rooms: TheRooms, caller: Reader) -> SubscriptionsOut:
    """Every consumer with a name, and where it stands."""
    return SubscriptionsOut(
        subscriptions=[
            _subscription_out(rooms, each) for each in await rooms.subscriptions.list(caller.tenant_id)
        ]
    )


@router.put("/{name}", summary="Change a subscription's filter", responses=refusals(400, 404))
async def change_subscription(rooms: TheRooms, caller: Reader, name: Name, body: FilterIn) -> SubscriptionOut:
    """It keeps its place. A consumer that reads it now is ended, to come again with the new filter."""
    wanted = wanted_by(rooms, caller, body.sessions, body.types) or Wanted()
    changed = await rooms.subscriptions.change(consumer_of(caller), name, wanted, body.owner_key_id)
    return _subscription_out(rooms, changed)


@router.delete("/{name}", status_code=204, summary="Delete a subscription", responses=refusals(404))
async def delete_subscription(rooms: TheRooms, caller: Reader, name: Name) -> None:
    """Its place is forgotten: the next consumer of this name begins as a new one."""
    await rooms.subscriptions.delete(consumer_of(caller), name)


@router.post("/{name}/ack", status_code=204, summary="Acknowledge", responses=refusals(400, 404))
async def ack(rooms: TheRooms, caller: Reader, name: Name, body: AckIn) -> None:
    """Everything up to this cursor is done: the consumer's next connection goes on after it."""
    position = rooms.journal.position_of(body.cursor)
    await rooms.subscriptions.ack(consumer_of(caller), name, position)


def _subscription_out(rooms: Rooms, found: Subscription) -> SubscriptionOut:
    wanted = found.wanted or Wanted()
    return SubscriptionOut(
        name=found.name,
        cursor=rooms.journal.cursor_at(found.position),
        owner_key_id=found.owner_key_id,
        session_ids=None if wanted.session_ids is None else sorted(wanted.session_ids),
        types=None if wanted.types is None else sorted(wanted.types),
        created_at=iso(found.created_at_ms),
        acked_at=iso_or_none(found.acked_at_ms),
    )
