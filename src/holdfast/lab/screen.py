"""What a phone shows: its chats, and the names that it has saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from holdfast.lab.address import Address, address
from holdfast.lab.facts import Chat, Contact, Conversation, read
from holdfast.lab.line import Line


@dataclass(frozen=True, slots=True)
class Screen:
    """What a phone shows to its owner."""

    line: Line

    async def chats(self) -> Sequence[Chat]:
        """The list of chats as its screen shows it."""
        return [read(Chat, item) for item in (await self.line.fetch("chats"))["items"]]

    async def chat(self, with_: Address) -> Conversation:
        """One chat as its screen shows it: texts edited, messages deleted, with reactions and ticks."""
        return read(Conversation, await self.line.fetch(f"chats/{address(with_)}"))

    async def arrange(self, /, with_: Address, **settings: Any) -> Chat:
        """Archive, pin, mute, mark, star, clear or delete a chat; the companions hear of it.

        Settings: archived, pinned, mute_s, read, label, unlabel, star, unstar, delete_for_me, clear, delete.
        """
        return read(Chat, await self.line.post(f"chats/{address(with_)}", settings))

    async def save_label(self, label_id: str, name: str, *, color: int = 0, deleted: bool = False) -> None:
        """Make, change or delete a label, as a business account has them; the companions hear of it."""
        label = {"label_id": label_id, "name": name, "color": color, "deleted": deleted}
        await self.line.post("labels", label)

    async def contacts(self) -> Sequence[Contact]:
        """The names under which it has saved numbers."""
        return [read(Contact, item) for item in (await self.line.fetch("contacts"))["items"]]

    async def save_contact(self, who: Address, name: str) -> None:
        """Save a number under a name, "" forgets it; the companions hear of it."""
        await self.line.post("contacts", {"phone": address(who), "name": name})
