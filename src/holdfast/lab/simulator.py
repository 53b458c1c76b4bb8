"""Starts the simulator and talks to its admin API."""

import asyncio
import contextlib
import json
import os
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from holdfast import binaries
from holdfast.keeper import end_with_parent

_READY_WITHIN_S = 15.0


class SimulatorError(Exception):
    """The simulator refused, or does not answer. The message is one line."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A simulated phone. Its number is what WhatsApp would know it by."""

    phone: str
    lid: str
    name: str


@dataclass(frozen=True, slots=True)
class Received:
    """One message that a phone got and decrypted. `duplicates` counts the same id arriving again."""

    seq: int
    id: str
    sender: str
    chat: str
    from_me: bool
    kind: str
    text: str
    duplicates: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that reached a phone: "delivered", "read" and so on, for one message id."""

    seq: int
    id: str
    sender: str
    type: str


@dataclass(frozen=True, slots=True)
class Companion:
    """A linked device of a phone, as the simulated WhatsApp sees it."""

    device: int
    jid: str
    connected: bool
    queue: int
    logins: int


@dataclass(frozen=True, slots=True)
class Account:
    """What the simulated WhatsApp knows of a number. `registrations` counts scans that succeeded."""

    phone: str
    lid: str
    registrations: int
    qr_refs_served: int
    companions: Sequence[Companion]


class Simulator:
    """One running simulator, its phones and its faults."""

    def __init__(self, address: str, ca_pem: str, trust_file: Path, pid: int | None = None) -> None:
        self.address = address
        self.trust_file = trust_file
        self.pid = pid
        context = ssl.create_default_context(cadata=ca_pem)
        context.check_hostname = False  # its certificate is made for WhatsApp's name
        self._http = httpx.AsyncClient(
            base_url=f"https://{address}", verify=context, trust_env=False, timeout=30.0
        )

    @classmethod
    @asynccontextmanager
    async def start(
        cls, folder: Path, *, seed: int = 1, state: Path | None = None, port: int = 0, transcript: int = 0
    ) -> AsyncIterator["Simulator"]:
        """A simulator of our own; the trust file and its log lie in `folder`. It ends with this block or
        this process.

        Raises BinaryMissing when it is not built, SimulatorError when it does not start.
        """
        folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - once, before anything runs
        trust = folder / "trust.json"
        argv = [str(binaries.path("wasim")), "--listen", f"127.0.0.1:{port}", "--seed", str(seed)]
        argv += ["--trust-file", str(trust), "--parent-pid", str(os.getpid())]
        argv += ["--state", str(state)] if state else []
        argv += ["--transcript", str(transcript)] if transcript else []
        with (folder / "simulator.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        try:
            ready = await _ready_line(process, folder)
            simulator = cls(ready["address"], ready["ca_pem"], trust, process.pid)
            try:
                yield simulator
            finally:
                await simulator.close()
        finally:
            await _end(process)

    @classmethod
    def attach(cls, trust_file: Path) -> "Simulator":
        """A simulator that somebody else runs, by its trust file. Raises SimulatorError."""
        try:
            trust = json.loads(trust_file.read_text())
            return cls(trust["address"], trust["ca_pem"], trust_file)
        except (OSError, ValueError, KeyError) as failure:
            reason = type(failure).__name__
            raise SimulatorError(f"{trust_file} is not a simulator's trust file ({reason})") from failure

    async def close(self) -> None:
        """Close the connections to it. Does not end it."""
        await self._http.aclose()

    # ---- phones --------------------------------------------------------------------------------------

    async def phone(self, name: str, number: str | None = None) -> Phone:
        """A new phone; with a number, the phone of that number (made when there is none)."""
        body: dict[str, str] = {"name": name}
        if number:
            body["phone"] = number
        return _phone(await self._ask("POST", "/admin/phones", body))

    async def phones(self) -> Sequence[Phone]:
        """All phones."""
        answer = await self._ask("GET", "/admin/phones")
        return [_phone(item) for item in answer["items"]]

    async def scan(self, phone: str, code: str) -> str:
        """Scan a QR code with this phone; returns the new companion's JID.

        Raises SimulatorError when refused.
        """
        return str((await self._ask("POST", f"/admin/phones/{phone}/scan", code))["jid"])

    async def say(self, phone: str, to: str, text: str, id: str | None = None) -> str:
        """Let a phone send a text; returns the message id."""
        body = {"to": to, "text": text, **({"id": id} if id else {})}
        return str((await self._ask("POST", f"/admin/phones/{phone}/send", body))["id"])

    async def say_many(self, phone: str, messages: Sequence[tuple[str, str]]) -> Sequence[str]:
        """Let a phone send `(to, text)` one after the other in one request; returns the ids."""
        body = {"messages": [{"to": to, "text": text} for to, text in messages]}
        return [str(id) for id in (await self._ask("POST", f"/admin/phones/{phone}/send-batch", body))["ids"]]

    async def read(self, phone: str, chat: str, ids: Sequence[str]) -> None:
        """Let a phone read messages."""
        await self._ask("POST", f"/admin/phones/{phone}/read", {"chat": chat, "ids": list(ids)})

    async def inbox(self, phone: str, after: int = 0, wait_s: float = 0.0) -> tuple[Sequence[Received], int]:
        """What the phone received after a sequence number, and the next one.

        Waits up to `wait_s` for something.
        """
        query = f"?after={after}&wait_s={wait_s:g}"
        body = await self._ask("GET", f"/admin/phones/{phone}/inbox{query}", wait_s=wait_s)
        return [_received(item) for item in body.get("items") or []], int(body["next"])

    async def wait_for_text(
        self, phone: str, wanted: str, timeout_s: float = 20.0, after: int = 0
    ) -> Received:
        """The first message whose text contains `wanted`. Raises SimulatorError after `timeout_s`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while (left := deadline - loop.time()) > 0:
            items, after = await self.inbox(phone, after, wait_s=min(left, 5.0))
            for item in items:
                if wanted in item.text and not item.from_me:
                    return item
        raise SimulatorError(f"The phone did not receive {wanted!r} within {timeout_s:g} s")

    async def receipts(self, phone: str, after: int = 0) -> tuple[Sequence[Receipt], int]:
        """Receipts that reached the phone after a sequence number, and the next one."""
        body = await self._ask("GET", f"/admin/phones/{phone}/receipts?after={after}")
        items = body.get("items") or []
        return [Receipt(int(i["seq"]), str(i["id"]), str(i["from"]), str(i["type"])) for i in items], int(
            body["next"]
        )

    # ---- WhatsApp's side -----------------------------------------------------------------------------

    async def account(self, phone: str) -> Account:
        """What the simulated WhatsApp knows of a number."""
        body = await self._ask("GET", f"/admin/accounts/{phone}")
        companions = [
            Companion(
                int(c["device"]), str(c["jid"]), bool(c["connected"]), int(c["queue"]), int(c["logins"])
            )
            for c in body.get("companions") or []
        ]
        return Account(
            str(body["phone"]),
            str(body["lid"]),
            int(body["registrations"]),
            int(body["qr_refs_served"]),
            companions,
        )

    async def kick(self, phone: str, device: int, reason: str = "close") -> None:
        """End a companion's connection: "close", "replaced", "device_removed", "503" or "515"."""
        await self._ask("POST", f"/admin/accounts/{phone}/devices/{device}/kick", {"reason": reason})

    async def logout(self, phone: str, device: int) -> None:
        """Remove a companion on the phone."""
        await self._ask("POST", f"/admin/accounts/{phone}/devices/{device}/logout", {})

    async def stats(self) -> Mapping[str, int]:
        """Counters of the whole simulator: registrations, qr_served, connections, …"""
        answer: Mapping[str, int] = await self._ask("GET", "/admin/stats")
        return answer

    async def transcript(self, account: str, limit: int = 200) -> Sequence[Mapping[str, Any]]:
        """The last stanzas of an account, when the simulator keeps a transcript."""
        body = await self._ask("GET", f"/admin/transcript?account={account}&limit={limit}")
        return list(body["items"])

    async def fault(self, name: str, account: str | None = None, count: int | None = None) -> None:
        """Switch a fault on, for one account or all, for so many times or always."""
        body: dict[str, Any] = {"name": name}
        body |= {"account": account} if account else {}
        body |= {"count": count} if count is not None else {}
        await self._ask("POST", "/admin/faults", body)

    async def clear_faults(self) -> None:
        """Switch every fault off."""
        await self._ask("DELETE", "/admin/faults")

    async def save(self) -> None:
        """Write the state to the folder it was started with."""
        await self._ask("POST", "/admin/save", {})

    async def _ask(self, method: str, path: str, body: Any = None, wait_s: float = 0.0) -> Any:
        content = body.encode() if isinstance(body, str) else None
        json_body = None if isinstance(body, str) else body
        try:
            response = await self._http.request(
                method, path, content=content, json=json_body, timeout=30.0 + wait_s
            )
        except httpx.HTTPError as failure:
            reason = type(failure).__name__
            raise SimulatorError(f"The simulator at {self.address} does not answer ({reason})") from failure
        if response.status_code >= 400:
            raise SimulatorError(f"The simulator refused: {_reason(response)}")
        return response.json() if response.content else {}


def _reason(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"status {response.status_code}"


def _phone(body: Mapping[str, Any]) -> Phone:
    return Phone(str(body["phone"]), str(body.get("lid") or ""), str(body.get("name") or ""))


def _received(body: Mapping[str, Any]) -> Received:
    return Received(
        seq=int(body["seq"]),
        id=str(body["id"]),
        sender=str(body.get("from") or ""),
        chat=str(body.get("chat") or ""),
        from_me=bool(body.get("from_me")),
        kind=str(body.get("kind") or "text"),
        text=str(body.get("text") or ""),
        duplicates=int(body.get("duplicates") or 0),
    )


async def _ready_line(process: asyncio.subprocess.Process, folder: Path) -> Mapping[str, Any]:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_READY_WITHIN_S):
            async for line in process.stdout:
                with contextlib.suppress(ValueError):
                    entry: Mapping[str, Any] = json.loads(line)
                    if entry.get("event") == "wasim.ready":
                        return entry
    except TimeoutError:
        raise SimulatorError(f"The simulator was not ready within {_READY_WITHIN_S:g} s") from None
    raise SimulatorError(f"The simulator did not start. Its log: {folder / 'simulator.log'}")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), 5.0)
    except TimeoutError:
        process.kill()
        await process.wait()
