"""Places in a list of messages: opaque to clients. Pure."""

import base64
import binascii

from holdfast.model.errors import CursorInvalid


def write_place(order_no: int) -> str:
    """The place after this message, as clients see it."""
    return base64.urlsafe_b64encode(f"2 {order_no}".encode()).decode()


def read_place(text: str | None) -> int:
    """The order number in what a client gives back; 0, the beginning, without. Raises CursorInvalid."""
    if not text:
        return 0
    try:
        version, order_no = (
            base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True).decode().split(" ")
        )
        place = int(order_no)
    except (binascii.Error, ValueError):
        raise CursorInvalid from None
    if version != "2" or not 0 <= place < 1 << 62:
        raise CursorInvalid
    return place
