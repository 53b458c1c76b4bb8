"""The two ways out: a program that Apprise runs in, and a text from a linked number."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from holdfast.alerts import courier
from holdfast.alerts.channels import Channel, NumberTarget, UrlTarget, host_of, read_target
from holdfast.alerts.text import Letter
from holdfast.kit import logging
from holdfast.model.content import Text
from holdfast.model.errors import (
    AlertChannelFailed,
    AlertChannelSilent,
    AlertTargetInternal,
    AlertUrlInvalid,
    HoldfastError,
    NotConnected,
)
from holdfast.model.ids import TenantId
from holdfast.model.seams import SessionDirectory, SessionRef
from holdfast.outbox import Outbox, SendRequest
from holdfast.vault import Seal

log = logging.get("alerts")

#: A channel that has not taken a message by then is given up for now.
LIMIT_S: Final = 30.0
#: A text that could not go out by then tells of something long past.
_EXPIRES_MS: Final = 86_400_000

_ERRORS: Final[Mapping[str, type[HoldfastError]]] = {
    it.code: it for it in (AlertUrlInvalid, AlertTargetInternal, AlertChannelFailed, AlertChannelSilent)
}


class Sessions(SessionDirectory, Protocol):
    """What is asked of sessions. Filled by the app."""

    def can_send(self, session: SessionRef) -> bool:
        """It is connected."""
        ...


@dataclass(frozen=True, slots=True)
class Post:
    """One letter on its way. The same `reference` is the same letter, however often it is sent."""

    letter: Letter
    reference: str
    written_at_ms: int


class Ways:
    """Carries letters to channels. Opens what is sealed only for that."""

    def __init__(self, seal: Seal, outbox: Outbox, sessions: Sessions, *, limit_s: float = LIMIT_S) -> None:
        self._seal, self._outbox, self._sessions, self._limit_s = seal, outbox, sessions, limit_s

    async def send(self, channel: Channel, post: Post) -> None:
        """Hand a letter over. Returns within the limit of time.

        A repetition with the same reference doubles nothing on a linked number, and carries the same
        reference to every other service. Raises HoldfastError: it was not taken, or nobody knows.
        """
        match read_target(channel.kind, self._seal.open(channel.sealed, channel.channel_id)):
            case UrlTarget(url):
                await self._by_courier(url, channel.wishes.internal, post.letter)
            case NumberTarget(session_id, to):
                await self._by_number(channel.tenant_id, session_id, to, post)

    async def look_at(self, url: str, *, internal: bool) -> str:
        """The name of the service with this address. Raises AlertUrlInvalid."""
        return await self._by_courier(url, internal, None)

    async def _by_number(self, tenant_id: TenantId, session_id: str, to: str, post: Post) -> None:
        session = self._sessions.resolve(tenant_id, session_id)
        if not self._sessions.can_send(session):
            raise NotConnected(f"“{session.name}” is not connected, so it cannot tell")
        request = SendRequest(
            session,
            to,
            Text(post.letter.text),
            f"alert:{post.reference}",
            expires_at_ms=post.written_at_ms + _EXPIRES_MS,
        )
        answer = (await self._outbox.accept_many([request]))[0]
        if isinstance(answer, HoldfastError):
            raise answer

    async def _by_courier(self, url: str, internal: bool, letter: Letter | None) -> str:
        order: dict[str, object] = {"url": url, "host": host_of(url)[0], "internal": internal}
        order["limit_s"] = self._limit_s + 1
        if letter is not None:
            order |= {"title": letter.title, "body": letter.body, "type": letter.kind}
        said = await self._run(json.dumps(order).encode())
        try:
            answer = json.loads(said)
            code, detail = str(answer["code"]), str(answer["detail"])
        except (ValueError, KeyError, TypeError):
            raise AlertChannelFailed("The program that sends alerts broke") from None
        if code:
            raise _ERRORS.get(code, AlertChannelFailed)(detail)
        return detail

    async def _run(self, order: bytes) -> bytes:
        """The courier's answer. It does not outlive this call."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(Path(courier.__file__))),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
        )
        try:
            async with asyncio.timeout(self._limit_s):
                said, _ = await process.communicate(order)
                return said
        except TimeoutError:
            raise AlertChannelSilent(
                f"The channel's service did not answer within {self._limit_s:g} s"
            ) from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGKILL)
                await process.wait()


def _environment() -> Mapping[str, str]:
    """Ours, without what is ours alone: settings may hold the database's password."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
