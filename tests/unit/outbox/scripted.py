"""A phone behind a sender that follows a script: it drops, delays, doubles, and does not know."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from holdfast.model.messages import SendAck
from holdfast.outbox.v1.whatsapp_pb2 import Message

#: What one attempt does: `taken` says whether the message reaches the phone, `error` what the sender raises.
Step = tuple[str, Callable[[], Exception] | None]


@dataclass
class Phone:
    """What arrives at the other side, as a phone sees it: the first time that an id comes counts."""

    by_chat: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    texts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    sent_bytes: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    arrivals: list[str] = field(default_factory=list)

    def take(self, to: str, message_id: str, message: bytes) -> None:
        """One copy arrives."""
        text = Message.FromString(message).conversation
        self.sent_bytes[message_id].add(message)
        if message_id not in self.texts:
            self.by_chat[to].append(message_id)
        self.texts[message_id].add(text)
        self.arrivals.append(message_id)


class ScriptedSender:
    """Fills the seam Sender. Every attempt takes the next step of the script; after its end all works."""

    def __init__(self, phone: Phone, script: Iterable[Step] = ()) -> None:
        self.phone = phone
        self._script = iter(script)
        self.in_flight: dict[str, int] = defaultdict(int)
        self.most_in_flight: dict[str, int] = defaultdict(int)
        self.attempts: list[str] = []
        self.typed: list[str] = []

    async def is_asked(self) -> bool:
        """True once there was an attempt."""
        return bool(self.attempts)

    async def idle_after_an_attempt(self) -> bool:
        """True once an attempt is over."""
        return bool(self.attempts) and not any(self.in_flight.values())

    async def show_typing(self, session_id: str, to: str) -> None:
        """See the seam."""
        self.typed.append(to)

    async def send(self, session_id: str, message_id: str, to: str, message: bytes) -> SendAck:
        """See the seam."""
        self.attempts.append(message_id)
        copies, error = next(self._script, ("one", None))
        self.in_flight[to] += 1
        self.most_in_flight[to] = max(self.most_in_flight[to], self.in_flight[to])
        try:
            for _ in range(3 if copies == "late" else 1):
                await asyncio.sleep(0)
            for _ in range({"none": 0, "one": 1, "late": 1, "two": 2}[copies]):
                self.phone.take(to, message_id, message)
            if error is not None:
                raise error()
            return SendAck(3_000, "4900000@s.whatsapp.net")
        finally:
            self.in_flight[to] -= 1
