"""What an account shows of itself to others, and to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from holdfast.lab.address import Address, address
from holdfast.lab.line import Line, encoded


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a phone's owner is for others: name, picture, privacy."""

    line: Line

    async def rename(self, name: str) -> None:
        """Change the push name, which goes along with each message."""
        await self.line.post("rename", {"name": name})

    async def profile(self) -> Mapping[str, Any]:
        """What the account shows of itself, and to whom."""
        shown: Mapping[str, Any] = await self.line.fetch("profile")
        return shown

    async def set_about(self, text: str) -> None:
        """Change the about text."""
        await self.line.post("about", {"text": text})

    async def set_picture(self, jpeg: bytes) -> None:
        """Change the picture; nothing removes it."""
        await self.line.post("picture", {"data_base64": encoded(jpeg)})

    async def set_privacy(self, name: str, value: str) -> None:
        """Choose who sees "last", "online", "profile", "status", …: "all", "contacts", "none", …"""
        await self.line.post("privacy", {"name": name, "value": value})

    async def also_written(self, number: str) -> None:
        """People write its number so, and WhatsApp finds it by that; nothing can be sent there."""
        await self.line.post("spellings", {"number": number})

    async def block(self, who: Address, blocked: bool = True) -> None:
        """Block a number, or end that."""
        await self.line.post("block", {"phone": address(who), "blocked": blocked})

    async def set_username(self, name: str) -> None:
        """Take a user name, or "" for none."""
        await self.line.post("username", {"username": name})

    async def set_business(self, /, name: str, **details: str) -> None:
        """Become a business, "" an ordinary account again. Details: category, description, email, …"""
        await self.line.post("business", {"name": name, **details})
