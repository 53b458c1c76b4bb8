"""What bodies have in common: what a client gives is closed, and a time says that it is one."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from holdfast.kit.iso import ms_of
from holdfast.model.errors import RequestInvalid


class Body(BaseModel):
    """What a client gives. A field that nobody knows is refused: its effect would be waited for in vain."""

    model_config = ConfigDict(extra="forbid")


#: A point in time on the wire, in UTC: 2026-12-24T18:00:00.000Z.
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
#: Of a document or of what is remembered of a chat: what both databases and every program's JSON hold.
Version = Annotated[int, Field(ge=0, le=2**53 - 1)]


def ms(name: str, at: datetime) -> int:
    """A time that a client gives, in milliseconds.

    Raises RequestInvalid for one without a time zone, and for the first and the last hours of the calendar,
    which in UTC have no date.
    """
    if at.tzinfo is None:
        raise RequestInvalid(f"`{name}` has no time zone", next_step="Write it like 2026-12-24T18:00:00Z.")
    try:
        return ms_of(at.isoformat())
    except ValueError as wrong:
        raise RequestInvalid(f"`{name}`: {wrong}", next_step="Give a time nearer to today.") from None


def ms_or_none(name: str, at: datetime | None) -> int | None:
    """The same, or None where no time is given."""
    return None if at is None else ms(name, at)
