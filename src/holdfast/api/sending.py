"""What a client may ask to be sent: one schema per kind, made from the types in `model/content`.

Unknown fields are refused: a client that misspells one would wait for an effect that never comes.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self, Union, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from holdfast.api.bodies import ms_or_none
from holdfast.model.attributes import NONE, Attributes
from holdfast.model.content import MEDIA_TYPES, TYPES, Content, MessageKind, Text
from holdfast.model.seams import SessionRef
from holdfast.outbox import SendRequest
from holdfast.outbox.rules import LONGEST_TEXT, SENDABLE

#: Fields that are told of what comes in, and are nobody's to give.
_NOT_GIVEN: Final[Mapping[MessageKind, frozenset[str]]] = {
    MessageKind.POLL_VOTE: frozenset({"hashes", "sealed"}),
    **dict.fromkeys(
        (each.kind for each in MEDIA_TYPES),
        frozenset({"mimetype", "size_bytes", "duration_s", "width", "height"}),
    ),
}
_CLOSED: Final = ConfigDict(extra="forbid", strict=False, allow_inf_nan=False)


def _shape(kind: MessageKind) -> type[BaseModel]:
    """The model of one kind of content: `kind`, then the fields of its type that are given."""
    of = TYPES[kind]
    hints, hidden = get_type_hints(of), _NOT_GIVEN.get(kind, frozenset())
    described: dict[str, Any] = {
        it.name: (hints[it.name], ... if it.default is MISSING else it.default)
        for it in fields(of)
        if it.name not in hidden
    }
    described["kind"] = (Literal[kind.value], ...)
    return create_model(f"{of.__name__}ToSend", __doc__=of.__doc__, __config__=_CLOSED, **described)


if TYPE_CHECKING:
    ContentIn = BaseModel
else:
    #: Any content that can be sent, told apart by its `kind`.
    ContentIn = Annotated[
        Union[tuple(_shape(kind) for kind in MessageKind if kind in SENDABLE)],  # noqa: UP007 - from a table
        Field(discriminator="kind"),
    ]


class Wanted(BaseModel):
    """A message to send: `content`, or `text` for short. Fields that nobody knows are refused."""

    model_config = _CLOSED

    to: str = Field(
        description="a number with country code (+4915112345678), a JID, or the `chat` of an event",
        examples=["+4915112345678"],
    )
    text: str | None = Field(None, description=f"a text message, 1 to {LONGEST_TEXT:,} characters")
    content: ContentIn | None = Field(
        None, description="what to send, of any kind", examples=[{"kind": "text", "text": "On my way"}]
    )
    quoted_id: str | None = Field(None, description="the message of this chat that it replies to")
    mentions: list[str] = Field(
        default_factory=list, description="members of the group, by number or JID", max_length=1024
    )
    forwarded: int = Field(0, ge=0, le=127, description="mark it as forwarded so many times")
    view_once: bool = Field(False, description="a picture, video or voice note that can be seen once")
    disappearing_s: int = Field(0, ge=0, description="it disappears so long after it was sent; 0: it stays")
    typing: bool = Field(False, description="show “typing…” before it, as long as a person would type it")
    not_before: datetime | None = Field(
        None, description="send it at this time, not earlier; with a time zone"
    )
    expires_at: datetime | None = Field(
        None, description="fail it (`expired`) when it is not sent by then; with a time zone"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.content is None):
            raise ValueError("a message has either `text` or `content`")
        return self

    def request(self, session: SessionRef, idempotency_key: str | None) -> SendRequest:
        """The same for the outbox. Raises RequestInvalid."""
        return SendRequest(
            session,
            self.to,
            self._content(),
            idempotency_key,
            ms_or_none("not_before", self.not_before),
            ms_or_none("expires_at", self.expires_at),
            self._attributes(),
            self.typing,
        )

    def _content(self) -> Content:
        if self.content is None:
            return Text(self.text or "")
        values: dict[str, Any] = dict(self.content)
        return TYPES[MessageKind(values.pop("kind"))](**values)

    def _attributes(self) -> Attributes:
        if not self.model_fields_set & _ATTRIBUTES:
            return NONE
        return Attributes(
            self.quoted_id, tuple(self.mentions), self.forwarded, self.view_once, self.disappearing_s
        )


_ATTRIBUTES: Final = frozenset(it.name for it in fields(Attributes))
