"""What a message of any kind may have beside its content. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from holdfast.model.content import Json


@dataclass(frozen=True, slots=True)
class Attributes:
    """What surrounds a message, the same in both directions and in every room.

    `mentions` are JIDs without device.
    """

    quoted_id: str | None = None  #: the message that this one replies to
    mentions: tuple[str, ...] = ()
    forwarded: int = 0  #: how often it was forwarded, as far as WhatsApp counts; 0: it was written here
    view_once: bool = False  #: a picture, film or voice note that can be looked at once
    disappearing_s: int = 0  #: it disappears so long after it was sent; 0: it stays


#: What nearly every message has.
NONE: Final = Attributes()
_DEFAULTS: Final = {it.name: it.default for it in fields(Attributes)}


def attributes_to_json(it: Attributes) -> dict[str, Json]:
    """The attributes as JSON; of those that say nothing, `quoted_id` alone."""
    if it == NONE:
        return {"quoted_id": None}
    body: dict[str, Json] = {"quoted_id": it.quoted_id}
    for name, default in _DEFAULTS.items():
        value = getattr(it, name)
        if value != default:
            body[name] = list(value) if isinstance(value, tuple) else value
    return body


def attributes_from_json(body: Mapping[str, Json]) -> Attributes:
    """The attributes among the keys of a JSON object. Never raises on what another version wrote."""
    if not any(body.get(name) for name in _DEFAULTS):
        return NONE
    mentions = body.get("mentions")
    return Attributes(
        quoted_id=None if body.get("quoted_id") is None else str(body["quoted_id"]),
        mentions=tuple(map(str, mentions)) if isinstance(mentions, list) else (),
        forwarded=_count(body.get("forwarded")),
        view_once=bool(body.get("view_once")),
        disappearing_s=_count(body.get("disappearing_s")),
    )


def _count(value: Json) -> int:
    return value if isinstance(value, int) else 0
