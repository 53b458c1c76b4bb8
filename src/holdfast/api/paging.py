"""Places in a list of messages: a time and an id, opaque to clients. Pure."""

import base64
import binascii
from dataclasses import dataclass

from holdfast.model.errors import CursorInvalid


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Behind which message the next page begins."""

    at_ms: int
    message_id: str

    def write(self) -> str:
        """As clients see it."""
        return base64.urlsafe_b64encode(f"1 {self.at_ms} {self.message_id}".encode()).decode()

    @classmethod
    def read(cls, text: str | None) -> "Place":
        """From what a client gives back; the beginning without. Raises CursorInvalid."""
        if not text:
            return cls(0, "")
        try:
            version, at_ms, message_id = (
                base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True).decode().split(" ", 2)
            )
            place = cls(int(at_ms), message_id)
        except (binascii.Error, ValueError):
            raise CursorInvalid from None
        if version != "1" or not 0 <= place.at_ms < 1 << 62:
            raise CursorInvalid
        return place
