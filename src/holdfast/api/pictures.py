"""HTTP: pictures of profiles and groups, as the body of a request."""

from typing import Annotated, Final

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from holdfast.model.errors import RequestTooLarge
from holdfast.people.people import LARGEST_PICTURE

#: What OpenAPI says of the body, which is read by hand: it is no JSON.
BODY: Final = {"requestBody": {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}


class PictureSetOut(BaseModel):
    """The picture that was set."""

    id: str | None = Field(description="WhatsApp's id of it; null when it was removed")


async def _jpeg(request: Request) -> bytes:
    body = await request.body()
    if len(body) > LARGEST_PICTURE:
        raise RequestTooLarge(f"The picture is larger than {LARGEST_PICTURE >> 20} MiB")
    return body


Jpeg = Annotated[bytes, Depends(_jpeg)]
