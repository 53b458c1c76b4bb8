"""One subscription: whose it is, which events it is about, how far its consumer is. Pure."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from holdfast.model.errors import Forbidden, SubscriptionFilterDiffers
from holdfast.model.ids import SessionId, TenantId


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who asks: a key of a tenant, and whether it may act on what belongs to other keys of the tenant."""

    tenant_id: TenantId
    key_id: str
    may_take_over: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a subscription is about. None means all."""

    session_ids: frozenset[SessionId] | None = None
    types: frozenset[str] | None = None

    @classmethod
    def of(cls, session_ids: Collection[SessionId] | None, types: Collection[str] | None) -> Self:
        """From what a request says, in which nothing means all."""
        return cls(frozenset(session_ids or ()) or None, frozenset(types or ()) or None)

    def write(self) -> str:
        """As the database holds it: equal filters are equal texts."""
        return json.dumps(
            {
                "session_ids": None if self.session_ids is None else sorted(self.session_ids),
                "types": None if self.types is None else sorted(self.types),
            }
        )

    @classmethod
    def read(cls, text: str) -> Self:
        """From the database."""
        body = json.loads(text)
        return cls.of(body["session_ids"], body["types"])


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where one consumer stands. One of an older version is settled when it is used for the first time."""

    name: str
    position: int
    owner_key_id: str | None
    wanted: Wanted | None
    created_at_ms: int
    acked_at_ms: int | None

    @property
    def settled(self) -> bool:
        """True when it is known whose it is and what it is about."""
        return self.owner_key_id is not None and self.wanted is not None

    def check_owner(self, consumer: Consumer) -> None:
        """Only its owner uses a subscription, or a key that may take it over. Raises Forbidden."""
        if self.owner_key_id not in (None, consumer.key_id) and not consumer.may_take_over:
            raise Forbidden(
                f"The subscription {self.name!r} belongs to another key",
                next_step="Use the key that made it, one with the scope `admin`, or another name.",
            )

    def filter_for(self, asked: Wanted | None) -> Wanted:
        """The filter that holds when a consumer asks with this one; None: whatever it has.

        Raises SubscriptionFilterDiffers: two filters on one name would lose events for both.
        """
        if self.wanted is None:
            return asked or Wanted()
        if asked is not None and asked != self.wanted:
            raise SubscriptionFilterDiffers(f"The subscription {self.name!r} has another filter")
        return self.wanted
