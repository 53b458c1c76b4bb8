"""What bodies have in common: what a client gives is closed, and a time says that it is one."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """What a client gives. A field that nobody knows is refused: its effect would be waited for in vain."""

    model_config = ConfigDict(extra="forbid")


#: A point in time on the wire, in UTC: 2026-12-24T18:00:00.000Z.
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
