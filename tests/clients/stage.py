"""A simulator, its phones, and foreign clients linked to them: what every test here starts from."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from contenders import Contender
from driver import PATIENCE_S, Client

from holdfast.lab import Node, Phone, Received, Simulator

Answer = TypeVar("Answer")

# A grey square of 8 by 8: the smallest picture that image libraries take for one.
JPEG = base64.b64decode(
    "/9j/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBD"
    "ARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAIAAgD"
    "ASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAL/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAA"
    "AP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/AKAB/9k="
)


def pn(phone: Phone) -> str:
    """The phone's address by number."""
    return f"{phone.phone}@s.whatsapp.net"


def encoded(content: bytes) -> str:
    """Bytes as JSON can carry them."""
    return base64.b64encode(content).decode()


def decoded(text: str) -> bytes:
    """The bytes again."""
    return base64.b64decode(text)


def _simulator(folder: Path, port: int) -> AbstractAsyncContextManager[Simulator]:
    return Simulator.start(folder, state=folder / "state", port=port, transcript=4000)


class Stage:
    """One simulator and any number of linked clients; everything on it ends with it."""

    def __init__(self, contender: Contender, wasim: Simulator, folder: Path, ending: AsyncExitStack) -> None:
        self.contender = contender
        self.wasim = wasim
        self.folder = folder
        self._ending = ending
        self._started = 0

    @classmethod
    @asynccontextmanager
    async def set(cls, contender: Contender, folder: Path) -> AsyncIterator["Stage"]:
        """A fresh simulator that remembers every stanza."""
        async with AsyncExitStack() as ending:
            stage = cls(contender, await ending.enter_async_context(_simulator(folder, 0)), folder, ending)
            try:
                yield stage
            finally:
                await stage._keep_transcript()

    async def _keep_transcript(self) -> None:
        """Leave every stanza beside the logs, for whoever looks into a failure."""
        entries = (await self.ask("GET", "/admin/transcript?limit=4000"))["items"]
        lines = "".join(json.dumps(entry) + "\n" for entry in entries)
        (self.folder / "transcript.jsonl").write_text(lines)

    async def client(self, contender: Contender | None = None, folder: Path | None = None) -> Client:
        """A new client process, not connected; in an earlier one's folder it has that one's credentials."""
        self._started += 1
        folder = folder or self.folder / f"client-{self._started}"
        return await self._ending.enter_async_context(
            Client.run(contender or self.contender, self.wasim.address, self.wasim.trust_file, folder)
        )

    async def linked(self, phone: Phone, contender: Contender | None = None) -> Client:
        """A client that is paired with the phone, logged in and past its start-up."""
        client = await self.client(contender)
        await client.order("connect")
        await phone.scan((await client.expect("qr"))["code"])
        await client.expect("paired")
        await client.expect("open")
        await client.expect("caught_up")
        device = int(client.seen("open")[-1]["jid"].split(":")[1].split("@")[0])
        await self.keys_uploaded(phone, device)
        return client

    async def pair(self) -> tuple[Phone, Phone, Client]:
        """Anna with a linked, idle client, and Ben."""
        anna, ben = await self.wasim.phone("Anna"), await self.wasim.phone("Ben")
        client = await self.linked(anna)
        await self.settled(anna)
        await client.forget()
        return anna, ben, client

    async def still_talks(self, client: Client, anna: Phone, ben: Phone) -> None:
        """Both directions work, and nothing is left over."""
        id = await ben.say(anna, "still there?")
        assert (await client.expect("message", id=id, within=60))["text"] == "still there?"
        sent = (await client.order("send", to=pn(ben), text="of course"))["id"]
        assert (await self.received(ben, sent)).text == "of course"
        await self.settled(anna)

    async def still_talks_without_phone(self, client: Client, anna: Phone, ben: Phone) -> None:
        """Both directions work although Anna's own phone sleeps."""
        id = await ben.say(anna, "are you both there?")
        assert (await client.expect("message", id=id))["text"] == "are you both there?"
        sent = (await client.order("send", to=pn(ben), text="only I"))["id"]
        assert (await self.received(ben, sent)).text == "only I"

    async def back(self, client: Client) -> None:
        """The client is connected again: by itself, or by what its application does."""
        if not client.contender.reconnects:
            await client.order("connect")
        await client.expect("open", within=60)

    async def ask(self, method: str, path: str, body: Any = None, wait_s: float = 0.0) -> Any:
        """The simulator's admin API, for what its Python client has no word for."""
        return await self.wasim.admin.ask(method, path, body, wait_s)

    # ---- what the simulator saw ----------------------------------------------------------------------

    async def received(self, phone: Phone, id: str, within: float = PATIENCE_S) -> Received:
        """The message with this id, as the phone decrypted it."""
        deadline = asyncio.get_running_loop().time() + within
        after = 0
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            items, after = await phone.inbox(after, wait_s=min(left, 5.0))
            for item in items:
                if item.id == id:
                    return item
        raise TimeoutError(f"{phone.name} never got {id}")

    async def item(self, phone: Phone, id: str) -> Mapping[str, Any]:
        """The message with this id with everything that the simulator tells of it."""
        await self.received(phone, id)
        items = (await self.ask("GET", f"/admin/phones/{phone.phone}/inbox"))["items"]
        return next(item for item in items if item["id"] == id)

    async def received_kind(self, phone: Phone, kind: str, within: float = PATIENCE_S) -> Received:
        """The first message of this kind that the phone decrypted."""

        async def found() -> Received | None:
            items, _ = await phone.inbox()
            return next((item for item in items if item.kind == kind), None)

        return await self.until(f"a message of kind {kind}", found, within)

    async def until(
        self, what: str, condition: Callable[[], Awaitable[Answer | None]], within: float = PATIENCE_S
    ) -> Answer:
        """Ask the simulator again and again until the answer is true; returns it."""
        deadline = asyncio.get_running_loop().time() + within
        while not (answer := await condition()):
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"not within {within:g} s: {what}")
            await asyncio.sleep(0.05)
        return answer

    async def receipt(self, phone: Phone, id: str, kind: str, within: float = PATIENCE_S) -> None:
        """Wait until the phone knows a receipt of this kind for one of its messages."""

        async def found() -> bool:
            receipts, _ = await phone.receipts()
            return any(receipt.id == id and receipt.type == kind for receipt in receipts)

        await self.until(f"a {kind} receipt for {id}", found, within)

    async def stanzas(self, phone: Phone, tag: str, direction: str = "in") -> list[Node]:
        """What was said on connections of the phone's account, oldest first."""
        passed = await self.wasim.transcript(phone)
        return [each.node for each in passed if each.direction == direction and each.tag == tag]

    async def companion(self, phone: Phone, device: int = 1) -> Mapping[str, Any]:
        """What the simulated WhatsApp knows of one linked device."""
        account = await self.ask("GET", f"/admin/accounts/{phone.phone}")
        return next(found for found in account["companions"] if found["device"] == device)

    async def keys_uploaded(self, phone: Phone, device: int = 1) -> None:
        """Wait until others can open sessions with the device: its start-up is through then."""

        async def uploaded() -> bool:
            return bool((await self.companion(phone, device))["prekeys"])

        await self.until("uploaded pre-keys", uploaded)

    async def settled(self, phone: Phone, device: int = 1) -> Mapping[str, Any]:
        """Wait until nothing waits for the device any more: it has confirmed all that was sent."""

        async def empty() -> Mapping[str, Any] | None:
            found = await self.companion(phone, device)
            return found if found["queue"] == 0 else None

        return await self.until("an empty queue", empty)

    async def send_raw(self, phone: Phone, to: Phone, message: bytes) -> str:
        """Let a phone send any message, encoded."""
        return await phone.send_raw(to, message)

    async def post(self, phone: Phone, to: Phone | str, **draft: Any) -> str:
        """Let a phone send whatever a draft of the admin API can say; returns the id."""
        body = {"to": to if isinstance(to, str) else to.phone, **draft}
        return str((await self.ask("POST", f"/admin/phones/{phone.phone}/send", body))["id"])
