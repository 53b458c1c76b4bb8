"""HTTP: the documents that people edit and bots read."""

from inspect import isawaitable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from holdfast.accounts import Scope
from holdfast.api.auth import Admin, Reader, TheRooms
from holdfast.api.bodies import Body, Version
from holdfast.api.errors import refusals
from holdfast.configuration import Document, changes
from holdfast.kit.iso import iso_or_none
from holdfast.model.errors import Forbidden, RequestInvalid

router = APIRouter(prefix="/v1/configuration", tags=["configuration"])

Name = Annotated[str, Path(description="the document's name", max_length=64)]
_MOST = 200


class VersionOut(BaseModel):
    """One version of a document, without what it holds."""

    name: str
    version: int = Field(description="0: nobody has written it, its defaults hold")
    author: str = Field(description="the id of the key that wrote it")
    note: str
    at: str | None


class DocumentOut(VersionOut):
    """One version of a document."""

    body: dict[str, Any]


class SummaryOut(VersionOut):
    """The newest version of a document, and what it is for."""

    about: str


class ListOut(BaseModel):
    """Every document."""

    documents: list[SummaryOut]


class HistoryOut(BaseModel):
    """The versions of a document, the newest first."""

    versions: list[VersionOut]


class ChangeOut(BaseModel):
    """One place that differs."""

    place: str = Field(description="as in vehicles.0.base")
    before: Any
    after: Any


class DiffOut(BaseModel):
    """What differs between two versions."""

    name: str
    before: int
    after: int
    changes: list[ChangeOut]


class DocumentIn(Body):
    """A new version."""

    body: dict[str, Any]
    base_version: Version | None = Field(
        None, description="refused with 409 when this is not the newest version any more"
    )
    note: str = Field("", max_length=500, description="why")


class BodyIn(Body):
    """A document that is looked at and not kept."""

    body: dict[str, Any]


class FaultOut(BaseModel):
    """One thing that is wrong."""

    place: str
    message: str


class VerdictOut(BaseModel):
    """Whether a document would be taken."""

    valid: bool
    faults: list[FaultOut]


class PreviewIn(Body):
    """What would this document do? Without `body` the newest version is asked."""

    body: dict[str, Any] | None = None
    question: dict[str, Any] = Field({}, description="what it is asked; the fields depend on the document")


class PreviewOut(BaseModel):
    """What it would do, in sentences."""

    lines: list[str]


class OldIn(Body):
    """What an older system has exported."""

    body: dict[str, Any]
    note: str = Field("imported", max_length=500)


class OldOut(BaseModel):
    """The document as older systems hold it."""

    body: dict[str, Any]


@router.get("", summary="List documents", responses=refusals())
async def list_documents(rooms: TheRooms, caller: Reader) -> ListOut:
    """Every document that this gateway knows, with the newest version."""
    found = await rooms.configuration.list(caller.tenant_id)
    kinds = rooms.configuration.kinds
    return ListOut(documents=[SummaryOut(**_head(it), about=kinds.get(it.name).about) for it in found])


@router.get("/{name}", summary="Show a document", responses=refusals(404))
async def show_document(
    rooms: TheRooms, caller: Reader, name: Name, version: Version | None = None
) -> DocumentOut:
    """The newest version, or an older one."""
    return _document_out(await rooms.configuration.get(caller.tenant_id, name, version))


@router.put("/{name}", summary="Write a document", responses=refusals(400, 404, 409, 422))
async def write_document(rooms: TheRooms, caller: Admin, name: Name, body: DocumentIn) -> DocumentOut:
    """A new version, effective at once; an event `configuration.changed` says so. The same again: nothing."""
    return _document_out(
        await rooms.configuration.put(
            caller.tenant_id,
            name,
            body.body,
            author=caller.key_id,
            note=body.note,
            base_version=body.base_version,
        )
    )


@router.get("/{name}/schema", summary="Show a document's schema", responses=refusals(404))
async def show_schema(rooms: TheRooms, caller: Reader, name: Name) -> dict[str, Any]:
    """JSON Schema of what the document may hold, for forms."""
    return rooms.configuration.kinds.get(name).model.model_json_schema(mode="validation")


@router.get("/{name}/history", summary="List a document's versions", responses=refusals(404))
async def show_history(
    rooms: TheRooms, caller: Reader, name: Name, limit: Annotated[int, Query(ge=1, le=_MOST)] = 50
) -> HistoryOut:
    """Who wrote what when, the newest first."""
    found = await rooms.configuration.history(caller.tenant_id, name, limit)
    return HistoryOut(versions=[VersionOut(**_head(it)) for it in found])


class DiffQuery(BaseModel):
    """Which versions."""

    model_config = ConfigDict(extra="forbid")

    before: Version | None = Field(None, description="absent: the one before `after`")
    after: Version | None = Field(None, description="absent: the newest")


@router.get("/{name}/diff", summary="Compare versions", responses=refusals(404))
async def show_diff(
    rooms: TheRooms, caller: Reader, name: Name, wanted: Annotated[DiffQuery, Query()]
) -> DiffOut:
    """What differs, place by place."""
    after = await rooms.configuration.get(caller.tenant_id, name, wanted.after)
    number = max(0, after.version - 1) if wanted.before is None else wanted.before
    before = await _or_defaults(rooms, caller, name, number)
    found = changes(dict(before.body), dict(after.body))
    return DiffOut(
        name=name,
        before=number,
        after=after.version,
        changes=[ChangeOut(place=it.place, before=it.before, after=it.after) for it in found],
    )


@router.post("/{name}/undo", summary="Undo the newest version", responses=refusals(400, 404, 409, 422))
async def undo(rooms: TheRooms, caller: Admin, name: Name) -> DocumentOut:
    """The version before becomes a new one."""
    return _document_out(await rooms.configuration.undo(caller.tenant_id, name, author=caller.key_id))


@router.post("/{name}/validate", summary="Look at a document", responses=refusals(404))
async def validate(rooms: TheRooms, caller: Reader, name: Name, body: BodyIn) -> VerdictOut:
    """Would it be taken? Nothing is kept."""
    faults = rooms.configuration.kinds.get(name).faults(body.body)
    return VerdictOut(
        valid=not faults, faults=[FaultOut(place=it.place, message=it.message) for it in faults]
    )


@router.post("/{name}/preview", summary="Try a document", responses=refusals(400, 404, 422))
async def preview(rooms: TheRooms, caller: Reader, name: Name, body: PreviewIn) -> PreviewOut:
    """What would it do? Nothing is kept, nothing is sent to anybody who writes.

    `prompts` ask the model that is set up, which may cost money: that needs the scope `admin`.
    """
    kind = rooms.configuration.kinds.get(name)
    if kind.preview is None:
        raise RequestInvalid(f"There is nothing to try about {name}")
    if kind.preview_costs and not caller.may(Scope.ADMIN):
        raise Forbidden("This key lacks the scope `admin`: trying this may cost money")
    tried = body.body
    if tried is None:
        tried = dict((await rooms.configuration.get(caller.tenant_id, name)).body)
    found = kind.preview(kind.read(tried), body.question)
    return PreviewOut(lines=list(await found if isawaitable(found) else found))


@router.get("/{name}/question", summary="Show what a preview may be asked", responses=refusals(400, 404))
async def show_question(rooms: TheRooms, caller: Reader, name: Name) -> dict[str, Any]:
    """JSON Schema of the `question` of a preview, for forms. 400 where there is nothing to try."""
    kind = rooms.configuration.kinds.get(name)
    if kind.question is None:
        raise RequestInvalid(f"There is nothing to try about {name}")
    return kind.question.model_json_schema(mode="validation")


@router.post("/{name}/import", summary="Import from an older system", responses=refusals(400, 404, 422))
async def import_old(rooms: TheRooms, caller: Admin, name: Name, body: OldIn) -> DocumentOut:
    """Its `pricingConfig` or `promptsConfig` becomes a new version."""
    kind = rooms.configuration.kinds.get(name)
    if kind.from_old is None:
        raise RequestInvalid(f"Older systems have nothing like {name}")
    read = kind.from_old(body.body)
    return _document_out(
        await rooms.configuration.put(caller.tenant_id, name, read, author=caller.key_id, note=body.note)
    )


@router.get("/{name}/export", summary="Export for an older system", responses=refusals(400, 404))
async def export_old(rooms: TheRooms, caller: Reader, name: Name) -> OldOut:
    """The newest version, as the older systems hold it."""
    kind = rooms.configuration.kinds.get(name)
    if kind.to_old is None:
        raise RequestInvalid(f"Older systems have nothing like {name}")
    found = await rooms.configuration.get(caller.tenant_id, name)
    return OldOut(body=kind.to_old(kind.read(found.body)))


async def _or_defaults(rooms: TheRooms, caller: Reader, name: str, version: int) -> Document:
    """A version; version 0 are the defaults, or nothing where there are none."""
    if version > 0:
        return await rooms.configuration.get(caller.tenant_id, name, version)
    return Document(name, 0, rooms.configuration.kinds.get(name).defaults() or {})


def _head(it: Document) -> dict[str, Any]:
    return {
        "name": it.name,
        "version": it.version,
        "author": it.author,
        "note": it.note,
        "at": iso_or_none(it.at_ms),
    }


def _document_out(it: Document) -> DocumentOut:
    return DocumentOut(**_head(it), body=dict(it.body))
