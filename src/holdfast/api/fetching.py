"""HTTP: which files a session fetches by itself."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from holdfast.api.auth import Admin, Reader, TheRooms
from holdfast.api.bodies import Body
from holdfast.api.errors import refusals
from holdfast.api.messages import Ref
from holdfast.media import FetchPolicy
from holdfast.model.media import FileKind

router = APIRouter(prefix="/v1/sessions/{ref}/media-policy", tags=["media"])


class _Policy(BaseModel):
    kinds: list[FileKind] = Field(description="none: no file is fetched by itself")
    max_bytes: int = Field(ge=0, le=2**31, description="larger files are left where they are")


class PolicyIn(Body, _Policy):
    """Which received files are fetched without being asked for. The others can be fetched by request."""


class PolicyOut(_Policy):
    """The policy that holds."""

    own: bool = Field(description="false: the session follows the installation's settings")


@router.get("", summary="Which files are fetched", responses=refusals(404))
async def show_policy(rooms: TheRooms, caller: Reader, ref: Ref) -> PolicyOut:
    """The session's own policy, or that of the installation."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    policy, own = await rooms.library.policy(session.session_id)
    return PolicyOut(kinds=sorted(policy.kinds), max_bytes=policy.max_bytes, own=own)


@router.put("", summary="Choose which files are fetched", responses=refusals(404))
async def put_policy(rooms: TheRooms, caller: Admin, ref: Ref, body: PolicyIn) -> PolicyOut:
    """From the next message on. What is being fetched is not stopped."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    await rooms.library.set_policy(session.session_id, FetchPolicy(frozenset(body.kinds), body.max_bytes))
    return PolicyOut(kinds=sorted(set(body.kinds)), max_bytes=body.max_bytes, own=True)


@router.delete("", status_code=204, summary="Follow the installation again", responses=refusals(404))
async def delete_policy(rooms: TheRooms, caller: Admin, ref: Ref) -> None:
    """The session has no policy of its own any more."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    await rooms.library.set_policy(session.session_id, None)
