"""Calls about sessions. A session is named by id, name or its number everywhere."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from holdfast.client.errors import GatewayUnreachable
from holdfast.client.event import Json
from holdfast.client.http import Http
from holdfast.client.types import (
    PageToken,
    Passkey,
    Qr,
    Quarantined,
    Session,
    Snapshot,
    Survey,
    Traffic,
    TypedCode,
)
from holdfast.client.uptime import Change, Uptime
from holdfast.model.errors import HoldfastError, NoQr, RequestInvalid


def session_path(ref: str) -> str:
    """The session's place in the API. Raises RequestInvalid for a name without a character."""
    if not ref:
        raise RequestInvalid("The session's name is empty", next_step="Give its id, name or number.")
    return f"/v1/sessions/{quote(ref, safe='')}"


class Sessions:
    """`client.sessions`: every call returns the session as it is after the call."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def list(self) -> Sequence[Session]:
        """Every session, in the gateway's order."""
        return (await self.survey()).sessions

    async def survey(self) -> Survey:
        """Every session, and the devices that nobody uses any more and that still count as linked."""
        return Survey.read(await self._http.json("GET", "/v1/sessions"))

    async def create(self, name: str) -> Session:
        """The session of this name: made now, or the one that exists. Idempotent."""
        return Session.read(await self._http.json("PUT", session_path(name)))

    async def get(self, ref: str) -> Session:
        """Return a session, by id, name or number. Raises UnknownSession."""
        return Session.read(await self._http.json("GET", session_path(ref)))

    async def rename(self, ref: str, name: str) -> Session:
        """Give it another name; its id and its number stay. Repeat it by id or number, not by the old name.

        Raises NameTaken when another session has the name, UnknownSession.
        """
        return Session.read(await self._http.json("PATCH", session_path(ref), body={"name": name}))

    async def page_token(self, ref: str, *, lives_s: int = 300) -> PageToken:
        """A token by which a page in a browser shows this session for so long, 30 to 900 seconds.

        It opens nothing else. Raises UnknownSession.
        """
        body = {"expires_in_s": lives_s}
        return PageToken.read(await self._http.json("POST", f"{session_path(ref)}/page-tokens", body=body))

    async def revoke_page_tokens(self, ref: str) -> None:
        """Every page that shows this session is refused from now on. Idempotent. Raises UnknownSession."""
        await self._http.json("DELETE", f"{session_path(ref)}/page-tokens")

    async def quarantined(self) -> "Sequence[Quarantined]":
        """Credentials that have left their place, newest first."""
        body = await self._http.json("GET", "/v1/quarantine")
        return [Quarantined.read(item) for item in body["quarantine"]]

    async def bring_back(self, name: str, ref: str) -> Session:
        """Put credentials from quarantine back for this session, and connect it.

        Raises UnknownQuarantined, UnknownSession, AlreadyLinked while working credentials are in their place,
        CredentialsUnusable.
        """
        path = f"/v1/quarantine/{quote(name, safe='')}/restore"
        return Session.read(await self._http.json("POST", path, body={"session": ref}))

    async def snapshots(self, ref: str) -> "Sequence[Snapshot]":
        """What is saved of a session's credentials, newest first. Raises UnknownSession."""
        body = await self._http.json("GET", session_path(ref) + "/snapshots")
        return [Snapshot.read(item) for item in body["snapshots"]]

    async def take_snapshot(self, ref: str) -> bool:
        """Save a session's credentials now; False when the newest snapshot holds the same ones.

        Raises UnknownSession, CredentialsUnusable.
        """
        return bool((await self._http.json("POST", session_path(ref) + "/snapshots"))["taken"])

    async def verify_snapshots(self, ref: str, name: str = "") -> "Sequence[Snapshot]":
        """Every snapshot of a session after all were read in full, or the one of this name.

        Raises UnknownSession, UnknownSnapshot.
        """
        which = f"/{quote(name, safe='')}" if name else ""
        body = await self._http.json("POST", f"{session_path(ref)}/snapshots{which}/verify", wait_s=60)
        return [Snapshot.read(item) for item in body["snapshots"]]

    async def put_back_snapshot(self, ref: str, name: str) -> Session:
        """Put a snapshot in the place of a session's file; it connects with that, without a code.

        What was in use is saved first. Raises UnknownSession, UnknownSnapshot, CredentialsUnusable.
        """
        path = f"{session_path(ref)}/snapshots/{quote(name, safe='')}/restore"
        return Session.read(await self._http.json("POST", path, wait_s=60))

    async def probe(self, ref: str) -> int:
        """How many milliseconds WhatsApp takes to answer over a session's connection.

        Raises RateLimited within five seconds after another probe, NotConnected, WhatsAppUnanswered.
        """
        body = await self._http.json("POST", session_path(ref) + "/probe", wait_s=20)
        return int(body["took_ms"])

    async def traffic(self, since: datetime) -> "Mapping[str, Traffic]":
        """What each session has received and sent since a moment of the last 50 hours, by its id."""
        body = await self._http.json("GET", "/v1/traffic", query={"since": since.isoformat()})
        return {
            str(it["session_id"]): Traffic(int(it["received"]), int(it["sent"])) for it in body["sessions"]
        }

    async def take_in(self, ref: str, source: str, device: str = "") -> Session:
        """Link a session with another program's credentials: a path on the gateway's machine.

        Raises SourceUnusable, SourceInUse, AlreadyLinked, UnknownSession.
        """
        body = {"source": source, "device": device}
        return Session.read(
            await self._http.json("POST", f"{session_path(ref)}/import", body=body, wait_s=60)
        )

    async def export(self, ref: str, target: str, *, keep_connected: bool = False) -> Session:
        """Stop a session and write it into a new database of stock whatsmeow.

        The path is one on the gateway's machine, and ends with `.db`.
        Raises CredentialsUnusable when it is not linked, RequestInvalid, UnknownSession.
        """
        body = {"target": target, "keep_connected": keep_connected}
        return Session.read(
            await self._http.json("POST", f"{session_path(ref)}/export", body=body, wait_s=60)
        )

    async def pair(self, ref: str, *, replace_number: bool = False, phone: str | None = None) -> Session:
        """Ask for a QR code; returns at once. Idempotent while pairing.

        With `phone` a code is made that is typed on the phone with this number: `typed_code` has it. A
        session that has a number is linked with another one only with `replace_number`. Raises AlreadyLinked
        when there is nothing to pair, UnknownSession.
        """
        query: dict[str, object] = {"replace_number": True} if replace_number else {}
        return await self._do(ref, "pair", query | ({"phone": phone} if phone else {}))

    async def typed_code(self, ref: str, wait_s: float = 0.0) -> TypedCode:
        """The code to type on the phone; waits up to `wait_s` for it. Raises NoQr when there is none."""
        return TypedCode.read(await self._wait(ref, "pair/code", wait_s))

    async def passkey(self, ref: str, wait_s: float = 0.0) -> Passkey:
        """What the phone's account wants of an authenticator. Raises NoPasskey while it wants nothing."""
        return Passkey.read(await self._wait(ref, "pair/passkey", wait_s))

    async def answer_passkey(self, ref: str, answer: Mapping[str, Any]) -> Session:
        """Pass on what the helper printed. Raises NoPasskey, RequestInvalid when it is no such answer."""
        path = session_path(ref) + "/pair/passkey"
        return Session.read(await self._http.json("POST", path, body=answer))

    async def confirm_passkey(self, ref: str) -> Session:
        """Confirm that phone and screen show the same code. Raises NoPasskey."""
        return await self._do(ref, "pair/passkey/confirm")

    async def cancel_pair(self, ref: str) -> None:
        """Stop pairing; nothing happens when none runs."""
        await self._http.json("DELETE", session_path(ref) + "/pair")

    async def qr(self, ref: str, wait_s: float = 0.0) -> Qr:
        """The code to scan now; waits up to `wait_s` for the first one.

        Raises NoQr when there is none: not pairing, or linked in the meantime.
        """
        return Qr.read(await self._wait(ref, "qr", wait_s))

    async def connect(self, ref: str) -> Session:
        """Have the session connected from now on. Returns before it is; `wait_for` waits."""
        return await self._do(ref, "connect")

    async def disconnect(self, ref: str) -> Session:
        """Have the session disconnected from now on. It stays linked."""
        return await self._do(ref, "disconnect")

    async def logout(self, ref: str) -> Session:
        """Unlink from the phone. The credentials go to quarantine; the next connect needs a scan."""
        return await self._do(ref, "logout")

    async def delete(self, ref: str) -> None:
        """Log out and remove the session."""
        await self._http.json("DELETE", session_path(ref))

    async def timeline(
        self, ref: str, *, after: str | None = None, limit: int = 100
    ) -> tuple[Sequence[Change], str | None]:
        """One page of the changes of state, newest first, and the place of the next (None: the last)."""
        query = {"after": after, "limit": limit}
        body = await self._http.json("GET", session_path(ref) + "/timeline", query=query)
        return [Change.read(item) for item in body["timeline"]], body.get("next")

    async def uptime(self, ref: str, *, days: int = 30) -> Uptime:
        """How long it was connected in the last days, and how fast it came back."""
        return Uptime.read(await self._http.json("GET", session_path(ref) + "/uptime", query={"days": days}))

    async def wait_for(self, ref: str, *states: str, timeout_s: float = 60.0) -> Session:
        """The session as soon as it is in one of `states` (default: connected).

        Rides over a gateway that restarts. Raises HoldfastError `wait_timed_out` after `timeout_s`.
        """
        wanted = states or ("connected",)
        deadline = time.monotonic() + timeout_s
        last: Session | None = None
        while time.monotonic() < deadline:
            try:
                last = await self.get(ref)
            except GatewayUnreachable:
                last = None
            if last is not None and last.state in wanted:
                return last
            await asyncio.sleep(0.1)
        seen = "the gateway did not answer" if last is None else f"it is {last.state}: {last.sentence}"
        raise HoldfastError(
            f"{ref} was not {' or '.join(wanted)} within {timeout_s:g} s, {seen}",
            next_step=last.next_step if last else "",
            code="wait_timed_out",
        )

    async def first_qr(self, ref: str, timeout_s: float = 20.0, *, replace_number: bool = False) -> Qr:
        """Start pairing and return the first code.

        Raises NoQr after `timeout_s`, or at once with the session's own words when pairing has ended;
        AlreadyLinked when there is nothing to pair.
        """
        await self.pair(ref, replace_number=replace_number)
        deadline = time.monotonic() + timeout_s
        while True:
            left = deadline - time.monotonic()
            try:
                return await self.qr(ref, wait_s=max(0.0, min(left, timeout_s)))
            except NoQr:
                if left <= 0:
                    raise
                session = await self.get(ref)
                if session.state != "pairing":
                    raise NoQr(session.sentence, next_step=session.next_step) from None
                await asyncio.sleep(0.05)

    async def _wait(self, ref: str, what: str, wait_s: float) -> Any:
        path = f"{session_path(ref)}/{what}"
        return await self._http.json("GET", path, query={"wait_s": wait_s}, wait_s=wait_s)

    async def _do(self, ref: str, verb: str, query: Json | None = None) -> Session:
        body: Any = await self._http.json("POST", f"{session_path(ref)}/{verb}", query=query)
        return Session.read(body)
