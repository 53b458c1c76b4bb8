"""Bots under `holdfast up`, switched on and off by their document, as an owner does it."""

import asyncio
import json
import re
from pathlib import Path

from patience import PATIENCE_S
from terminal import Terminal, until_said


async def until_at_work(log: Path) -> None:
    """Return when the bots have their subscription: what was said before it exists is not for them."""
    async with asyncio.timeout(PATIENCE_S):
        while not log.exists() or "at work: commands, greeting" not in log.read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_an_owner_switches_bots_on_and_off(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "data")
    try:
        await terminal.type("up", "--lab", "--detach", "--no-dashboard")
        await terminal.type("lab", "scan", "main")
        assert "version 1" in await terminal.type("config", "set", "bots", 'enabled=["commands","greeting"]')
        await terminal.type("config", "set", "greeting", "enabled=true")
        await until_at_work(terminal.data / "logs" / "bots.log")
        out = await terminal.type("lab", "say", "main", "/help", "--wait", "0")
        customer = re.search(r"(\+\d+) -> \+\d+: /help", out)
        assert customer is not None
        await until_said(terminal, customer[1], "what you can ask for")
        # An owner's change reaches the running bot.
        command = {"name": "price", "answer": "It is 7 €, {name}."}
        await terminal.type("config", "set", "commands", f"commands={json.dumps([command])}")
        await terminal.type("lab", "say", "main", "/price", "--from", customer[1], "--wait", "0")
        await until_said(terminal, customer[1], "It is 7 €")
        assert "commands" in await terminal.type("config", "diff", "commands")
        assert "undoes version 1" in await terminal.type("config", "undo", "commands")
        assert "bots" in await terminal.type("config", "list")
        assert "again_after_hours" in await terminal.type("config", "get", "greeting")
        refused = await terminal.type("config", "set", "greeting", "again_after_hours=0", code=1)
        assert "again_after_hours: Input should be greater than or equal to 1" in refused
        await terminal.type("config", "set", "bots", "enabled=[]")
    finally:
        await terminal.type("down")
