"""HTTP: keys for programs, made, listed and revoked."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from holdfast.accounts import Caller, KeyInfo, Scope
from holdfast.api.auth import KeyHolder, Reader, TheNote, TheRooms
from holdfast.api.bodies import Body, Moment
from holdfast.api.errors import refusals
from holdfast.api.rooms import Rooms
from holdfast.kit.iso import iso, iso_or_none
from holdfast.model.ids import SessionId

router = APIRouter(prefix="/v1/keys", tags=["access"])

_LONGEST_LIFE_S = 10 * 366 * 24 * 3600
_MOST_SESSIONS = 500


class KeyIn(Body):
    """A key to make."""

    name: str = Field(min_length=1, max_length=128, description="for people: what it is used for")
    scopes: list[Scope] = Field(
        default=[Scope.READ, Scope.SEND],
        min_length=1,
        description="what it may do; no more than the caller's own",
    )
    expires_in_s: int | None = Field(
        None,
        ge=1,
        le=_LONGEST_LIFE_S,
        description="null: until it is revoked, or until the key ends that makes it",
    )
    sessions: list[str] | None = Field(
        None,
        min_length=1,
        max_length=_MOST_SESSIONS,
        description="ids, names or numbers of the only sessions that it reaches; null: every one",
    )


class KeyOut(BaseModel):
    """A key, without its secret."""

    key_id: str
    name: str
    kind: str
    scopes: list[Scope]
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None = Field(description="to some minutes; null: never")
    user_id: str | None = Field(description="whose login it is; null: a program's key, or a login by link")
    session_ids: list[str] | None = Field(description="the only sessions that it reaches; null: every one")


class NewKeyOut(BaseModel):
    """A fresh key. Its secret is shown this once and kept nowhere."""

    key: str
    key_id: str
    expires_at: Moment | None


class KeysOut(BaseModel):
    """Every key that was not revoked, oldest first."""

    keys: list[KeyOut]


@router.post("", status_code=201, summary="Create a key", responses=refusals(404, 422))
async def create_key(rooms: TheRooms, caller: KeyHolder, note: TheNote, body: KeyIn) -> NewKeyOut:
    """For a bot or a back end: each gets its own, so that each can be revoked alone.

    One that is limited to `sessions` reads and does what is about them; what is about all numbers, like
    searching everything, other keys or documents, is closed to it.
    """
    note.target = body.name
    limit = None if body.sessions is None else frozenset(_found(rooms, caller, body.sessions))
    lives_ms = None if body.expires_in_s is None else body.expires_in_s * 1000
    issued = await rooms.accounts.hand_out_key(caller, body.name, frozenset(body.scopes), lives_ms, limit)
    return NewKeyOut(key=issued.key, key_id=issued.key_id, expires_at=iso_or_none(issued.expires_at_ms))


@router.get("", summary="List keys", responses=refusals())
async def list_keys(rooms: TheRooms, caller: KeyHolder) -> KeysOut:
    """Keys of programs, logins of browsers, and this machine's own."""
    return KeysOut(keys=[_key_out(each) for each in await rooms.accounts.keys(caller.tenant_id)])


@router.delete("/self", status_code=204, summary="Give up the key that is shown", responses=refusals())
async def give_up_key(rooms: TheRooms, caller: Reader) -> None:
    """Signing out: every key may end itself, whatever else it may do."""
    await rooms.accounts.revoke(caller.tenant_id, caller.key_id)


@router.delete("/{key_id}", status_code=204, summary="Revoke a key", responses=refusals(404))
async def revoke_key(rooms: TheRooms, caller: KeyHolder, key_id: Annotated[str, Path(max_length=64)]) -> None:
    """It opens nothing from now on, and its open streams end. Safe to repeat."""
    await rooms.accounts.revoke(caller.tenant_id, key_id)


def _key_out(info: KeyInfo) -> KeyOut:
    return KeyOut(
        key_id=info.key_id,
        name=info.name,
        kind=info.kind.value,
        scopes=sorted(info.scopes),
        created_at=iso(info.created_at_ms),
        expires_at=iso_or_none(info.expires_at_ms),
        last_used_at=iso_or_none(info.last_used_ms),
        user_id=info.user_id,
        session_ids=None if info.sessions is None else sorted(info.sessions),
    )


def _found(rooms: Rooms, caller: Caller, refs: Sequence[str]) -> Iterator[SessionId]:
    """The sessions of these names. Raises UnknownSession."""
    for ref in refs:
        yield rooms.directory.resolve(caller.tenant_id, ref).session_id
