"""Messages as the wire knows them, for what phones cannot be ordered to send in words.

Field numbers: WhatsApp's E2E protobuf (Message: protocolMessage 12, reactionMessage 46).
"""

REVOKE, EDIT = 0, 14


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    """A varint field."""
    return _varint(field << 3) + _varint(value)


def blob(field: int, content: bytes | str) -> bytes:
    """A length-delimited field: bytes, text or a message."""
    content = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def key(chat: str, id: str, from_me: bool) -> bytes:
    """A MessageKey, from the sender's point of view."""
    return blob(1, chat) + number(2, int(from_me)) + blob(3, id)


def text(content: str) -> bytes:
    """A plain text."""
    return blob(1, content)


def reaction(target: bytes, emoji: str, at_ms: int) -> bytes:
    """A reaction to a message; an empty emoji takes it back."""
    return blob(46, blob(1, target) + blob(2, emoji) + number(4, at_ms))


def edit(target: bytes, content: str, at_ms: int) -> bytes:
    """The new text of an own message."""
    return blob(12, blob(1, target) + number(2, EDIT) + blob(14, text(content)) + number(15, at_ms))


def revoke(target: bytes) -> bytes:
    """The deletion of an own message for everyone."""
    return blob(12, blob(1, target) + number(2, REVOKE))
