"""The simulator as a process, and its phones as the load's ends."""

import json
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.keepalive import KeepAlive
from benchmarks.processes import Started
from holdfast import binaries

_READY_S = 60.0


class Simulator:
    """One running wasim and its admin API."""

    def __init__(self, process: Started, trust: Path, address: str, ca_pem: str) -> None:
        self.process, self.trust = process, trust
        host, _, port = address.rpartition(":")
        tls = ssl.create_default_context(cadata=ca_pem)
        tls.check_hostname = False
        self.admin = KeepAlive(host, int(port), tls)

    @classmethod
    async def start(cls, folder: Path, state: Path, parent_pid: int) -> "Simulator":
        """Start it with this state folder, no transcript, and phones that take no time for their answers.

        Its trust file and log go to `folder`.
        """
        trust = folder / "trust.json"
        command: list[str | Path] = [binaries.path("wasim"), "--listen", "127.0.0.1:0", "--seed", "1"]
        command += [
            "--state",
            state,
            "--trust-file",
            trust,
            "--parent-pid",
            str(parent_pid),
            "--transcript",
            "0",
            "--answer-delay",
            "0",
        ]
        process = await Started.start("simulator", command, folder / "wasim.log", pipe=True)
        try:
            ready = json.loads(await process.line(_READY_S))
        except BaseException:
            await process.kill()
            raise
        return cls(process, trust, ready["address"], ready["ca_pem"])

    async def make_phone(self, name: str) -> str:
        """A phone by this name; its number."""
        return str((await self.admin.post("/admin/phones", {"name": name}))["phone"])

    async def scan(self, phone: str, code: str) -> None:
        """Let a phone scan a QR."""
        await self.admin.post(f"/admin/phones/{quote(phone)}/scan", code)

    async def send(self, phone: str, to: str, text: str) -> Any:
        """Let a phone write; the result says when it did."""
        return await self.admin.post(f"/admin/phones/{phone}/send", {"to": to, "text": text})

    async def send_batch(self, phone: str, messages: Sequence[tuple[str, str]]) -> Any:
        """Let a phone write several messages, pairs of recipient and text."""
        body = {"messages": [{"to": to, "text": text} for to, text in messages]}
        return await self.admin.post(f"/admin/phones/{phone}/send-batch", body)

    async def inbox(self, phone: str, after: int, wait_s: float) -> tuple[list[dict[str, Any]], int]:
        """What arrived at a phone after this sequence number, waiting for something; and the next number."""
        body = await self.admin.get(f"/admin/phones/{phone}/inbox?after={after}&wait_s={wait_s}", wait_s + 30)
        return body["items"], int(body["next"])

    async def save(self) -> None:
        """Write the state to its folder."""
        await self.admin.post("/admin/save")

    async def close(self) -> None:
        """End the process."""
        await self.admin.close()
        await self.process.end()
