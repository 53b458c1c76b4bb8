"""What a phone keeps and shows: its chats, contacts, profile and settings."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.lab.facts import Chat, Contact, Conversation, read
from holdfast.lab.writes import Address, Writes, address, encoded


class Keeps(Writes):
    """The half of a phone that is about itself."""

    __slots__ = ()

    @abstractmethod
    async def fetch(self, what: str, params: Mapping[str, Any] | None = None, wait_s: float = 0.0) -> Any:
        """Something that the admin API tells of this phone."""

    async def chats(self) -> Sequence[Chat]:
        """The list of chats as its screen shows it."""
        return [read(Chat, item) for item in (await self.fetch("chats"))["items"]]

    async def chat(self, with_: Address) -> Conversation:
        """One chat as its screen shows it: texts edited, messages deleted, with reactions and ticks."""
        return read(Conversation, await self.fetch(f"chats/{address(with_)}"))

    async def arrange(self, with_: Address, **settings: Any) -> Chat:
        """Archive, pin, mute, mark, star, clear or delete a chat; the companions hear of it.

        Settings: archived, pinned, mute_s, read, star, unstar, delete_for_me, clear, delete.
        """
        return read(Chat, await self.post(f"chats/{address(with_)}", settings))

    async def contacts(self) -> Sequence[Contact]:
        """The names under which it has saved numbers."""
        return [read(Contact, item) for item in (await self.fetch("contacts"))["items"]]

    async def save_contact(self, who: Address, name: str) -> None:
        """Save a number under a name, "" forgets it; the companions hear of it."""
        await self.post("contacts", {"phone": address(who), "name": name})

    async def rename(self, name: str) -> None:
        """Change the push name, which goes along with each message."""
        await self.post("rename", {"name": name})

    async def profile(self) -> Mapping[str, Any]:
        """What the account shows of itself, and to whom."""
        shown: Mapping[str, Any] = await self.fetch("profile")
        return shown

    async def set_about(self, text: str) -> None:
        """Change the about text."""
        await self.post("about", {"text": text})

    async def set_picture(self, jpeg: bytes) -> None:
        """Change the picture; nothing removes it."""
        await self.post("picture", {"data_base64": encoded(jpeg)})

    async def set_privacy(self, name: str, value: str) -> None:
        """Choose who sees "last", "online", "profile", "status", …: "all", "contacts", "none", …"""
        await self.post("privacy", {"name": name, "value": value})

    async def block(self, who: Address, blocked: bool = True) -> None:
        """Block a number, or end that."""
        await self.post("block", {"phone": address(who), "blocked": blocked})

    async def set_username(self, name: str) -> None:
        """Take a user name, or "" for none."""
        await self.post("username", {"username": name})

    async def set_business(self, name: str, **details: str) -> None:
        """Become a business, "" an ordinary account again. Details: category, description, email, …"""
        await self.post("business", {"name": name, **details})
