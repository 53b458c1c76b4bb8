"""What every part of a phone is made of: its number, and the admin API that knows it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from holdfast.lab.admin import Admin


class Numbered(Protocol):
    """Somebody with a phone number."""

    @property
    def phone(self) -> str:
        """The number, digits only."""


@dataclass(frozen=True, slots=True)
class Line:
    """One phone in the admin API. Each order and question may raise SimulatorError."""

    number: str
    admin: Admin

    async def post(self, verb: str, body: Mapping[str, Any] | None = None) -> Any:
        """An order to the phone."""
        return await self.admin.post(self._phone(verb), body)

    async def post_text(self, verb: str, text: str) -> Any:
        """An order to the phone, with a plain text."""
        return await self.admin.post_text(self._phone(verb), text)

    async def fetch(self, what: str, params: Mapping[str, Any] | None = None, wait_s: float = 0.0) -> Any:
        """Something that the phone shows or has received."""
        return await self.admin.get(self._phone(what), params, wait_s)

    async def server(self, verb: str, body: Mapping[str, Any] | None = None) -> Any:
        """An order to WhatsApp's server, about the phone's account."""
        return await self.admin.post(self._account(verb), body)

    async def known(self, what: str = "") -> Any:
        """Something that WhatsApp's server knows of the phone's account."""
        return await self.admin.get(self._account(what))

    def _phone(self, rest: str) -> str:
        return f"/admin/phones/{self.number}/{rest}".rstrip("/")

    def _account(self, rest: str) -> str:
        return f"/admin/accounts/{self.number}/{rest}".rstrip("/")


def encoded(body: bytes) -> str:
    """Bytes as the admin API takes them."""
    return base64.b64encode(body).decode()
