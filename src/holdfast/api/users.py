"""HTTP: people who log in, what owners do with them, and what each does about itself."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from holdfast.accounts import Caller, Role, Scope, User
from holdfast.api.auth import KeyHolder, Reader, TheNote, TheRooms
from holdfast.api.bodies import Body, Moment
from holdfast.api.errors import refusals
from holdfast.api.rooms import Rooms
from holdfast.kit.iso import iso, iso_or_none
from holdfast.model.errors import RequestInvalid, UnknownUser

router = APIRouter(prefix="/v1/users", tags=["access"])
#: What everybody who logged in may do; its paths stand before those that name a user.
own_router = APIRouter(prefix="/v1/users/self", tags=["access"])

Ref = Annotated[str, Path(max_length=64, description="name or id")]
Password = Annotated[str, Field(min_length=1, max_length=1024)]


class UserOut(BaseModel):
    """Somebody who logs in."""

    user_id: str
    name: str
    role: Role
    locked: bool
    totp: bool = Field(description="a code of an authenticator app is asked for too")
    created_at: Moment
    last_login_at: Moment | None


class UsersOut(BaseModel):
    """Every user, by name."""

    users: list[UserOut]


class UserIn(Body):
    """A user to make."""

    name: str = Field(min_length=1, max_length=64, description="letters, digits and . _ - + @")
    role: Role
    password: Password = Field(description="ten characters or more")


class UserChangeIn(Body):
    """What is to be different; what is left out stays."""

    role: Role | None = None
    locked: bool | None = None
    password: Password | None = Field(None, description="ends the second step too")


class SelfOut(BaseModel):
    """Who shows this key, and what it may do."""

    key_id: str
    kind: str
    scopes: list[Scope]
    expires_at: Moment | None
    user: UserOut | None = Field(description="null: a program's key, or a login by link")


class PasswordsIn(Body):
    """The password that is to change."""

    old: Password
    new: Password = Field(description="ten characters or more")


class ProofIn(Body):
    """One's own password, once more."""

    password: Password


class CodeIn(Body):
    """Six digits that the authenticator app shows."""

    code: str = Field(min_length=6, max_length=16)


class SecretOut(BaseModel):
    """A secret for an authenticator app. Shown this once."""

    secret: str = Field(description="to be typed into the app")
    uri: str = Field(description="what the app reads from a QR code")


# ---- oneself -----------------------------------------------------------------------------------------------


@own_router.get("", summary="Who am I?", responses=refusals())
async def me(rooms: TheRooms, caller: Reader) -> SelfOut:
    """Every key may ask."""
    return SelfOut(
        key_id=caller.key_id,
        kind=caller.kind.value,
        scopes=sorted(caller.scopes),
        expires_at=iso_or_none(caller.expires_at_ms),
        user=await _user_of(rooms, caller),
    )


@own_router.put(
    "/password", status_code=204, summary="Change one's password", responses=refusals(404, 422, 429)
)
async def change_password(rooms: TheRooms, caller: Reader, body: PasswordsIn) -> None:
    """Every other login of this user ends."""
    await rooms.logins.change_password(caller, body.old, body.new)


@own_router.delete("/logins", status_code=204, summary="Sign out everywhere else", responses=refusals(404))
async def end_own_logins(rooms: TheRooms, caller: Reader) -> None:
    """Every login of this user but the one that asks; its open pages end."""
    await rooms.logins.end_others(caller)


@own_router.post("/totp", status_code=201, summary="Prepare a second step", responses=refusals(404, 429))
async def offer_totp(rooms: TheRooms, caller: Reader, body: ProofIn) -> SecretOut:
    """A secret for an authenticator app. Nothing is asked for until a code of it was shown."""
    secret, uri = await rooms.logins.offer_totp(caller, body.password)
    return SecretOut(secret=secret, uri=uri)


@own_router.put("/totp", status_code=204, summary="Begin the second step", responses=refusals(404))
async def begin_totp(rooms: TheRooms, caller: Reader, body: CodeIn) -> None:
    """From now on every login of this user asks for a code."""
    await rooms.logins.begin_totp(caller, body.code)


@own_router.post("/totp/end", status_code=204, summary="End the second step", responses=refusals(404, 429))
async def end_totp(rooms: TheRooms, caller: Reader, body: ProofIn) -> None:
    """The password alone is enough from now on."""
    await rooms.logins.end_totp(caller, body.password)


# ---- others ------------------------------------------------------------------------------------------------


@router.get("", summary="List users", responses=refusals())
async def list_users(rooms: TheRooms, caller: KeyHolder) -> UsersOut:
    """By name."""
    return UsersOut(users=[_user_out(it) for it in await rooms.users.all(caller.tenant_id)])


@router.post("", status_code=201, summary="Make a user", responses=refusals(400, 409, 422, 429))
async def make_user(rooms: TheRooms, caller: KeyHolder, note: TheNote, body: UserIn) -> UserOut:
    """With a first password, which the user changes. Nobody makes a user that may do more than himself."""
    note.target = f"{body.name} {body.role.value}"
    return _user_out(await rooms.users.add(caller, body.name, body.role, body.password))


@router.patch("/{user}", summary="Change a user", responses=refusals(404, 409, 422, 429))
async def change_user(
    rooms: TheRooms, caller: KeyHolder, note: TheNote, user: Ref, body: UserChangeIn
) -> UserOut:
    """Role, lock or password. Its logins end, and its open pages with them."""
    asked = body.model_dump(exclude_none=True, mode="json")
    if len(asked) != 1:
        raise RequestInvalid("One change at a time: `role`, `locked` or `password`")
    ((changed, value),) = asked.items()
    note.target = f"{user} {changed}" + ("" if changed == "password" else f" {value}")
    if body.role is not None:
        return _user_out(await rooms.users.set_role(caller, user, body.role))
    if body.locked is not None:
        return _user_out(await rooms.users.lock(caller, user, locked=body.locked))
    return _user_out(await rooms.users.set_password(caller, user, body.password or ""))


@router.delete("/{user}", status_code=204, summary="Remove a user", responses=refusals(404, 409))
async def remove_user(rooms: TheRooms, caller: KeyHolder, user: Ref) -> None:
    """Its open pages end, its name becomes free; what it did stays in the audit."""
    await rooms.users.remove(caller, user)


@router.delete("/{user}/logins", status_code=204, summary="Sign a user out", responses=refusals(404))
async def end_logins(rooms: TheRooms, caller: KeyHolder, user: Ref) -> None:
    """Everywhere. It may log in again."""
    await rooms.users.end_logins(caller, user)


async def _user_of(rooms: Rooms, caller: Caller) -> UserOut | None:
    try:
        return _user_out(await rooms.users.me(caller))
    except UnknownUser:
        return None


def _user_out(user: User) -> UserOut:
    return UserOut(
        user_id=user.user_id,
        name=user.name,
        role=user.role,
        locked=user.locked,
        totp=user.totp_on,
        created_at=iso(user.created_at_ms),
        last_login_at=iso_or_none(user.last_login_ms),
    )
