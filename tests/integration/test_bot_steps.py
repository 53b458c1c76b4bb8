"""A bot and a gateway as real processes, killed around every step: each step happens once, in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import warm
from holdfast.kit.foreign import one_line
from holdfast.lab import Phone, Simulator
from holdfast.lab.linked import LinkedStack
from patience import PATIENCE_S

pytestmark = pytest.mark.usefixtures("kept_warm")
BOT = """
from holdfast.bots import Bot, Chat, any_text

bot = Bot("counter")

@bot.on(any_text)
async def count(chat: Chat) -> None:
    number = int(chat.state.get("number", 0)) + 1
    chat.state["number"] = number
    await chat.reply(f"{number}: {chat.text}")
    await chat.reply("and more")
"""


@asynccontextmanager
async def bot_process(stack: LinkedStack, file: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot at work in a process of its own, killed at the end."""
    path = file.with_suffix(".log")
    with path.open("wb") as log:
        process = await warm.start(
            *("holdfast.cli", "bot", "run", str(file)),
            env=dict(stack.environment),
            stdout=log,
            stderr=log,
        )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while b"is at work" not in path.read_bytes():
                assert process.returncode is None, path.read_text()
                await asyncio.sleep(0.02)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def heard(customer: Phone, count: int) -> list[str]:
    """Everything that the customer has got, once it is so much."""
    messages, after = await customer.inbox()
    async with asyncio.timeout(PATIENCE_S):
        while len(messages) < count:
            more, after = await customer.inbox(after, wait_s=1)
            messages = [*messages, *more]
    return [one_line(it.text or "") for it in messages]


async def test_a_step_happens_once_whatever_is_killed(tmp_path: Path, simulator: Simulator) -> None:
    file = tmp_path / "counter.py"
    file.write_text(BOT)
    async with LinkedStack.start(tmp_path / "data", simulator) as stack:
        customer, expected = await simulator.phone("Ann"), []

        async def say(words: str) -> None:
            await customer.say(stack.phone, words)
            expected.extend([f"{len(expected) // 2 + 1}: {words}", "and more"])

        async with bot_process(stack, file):
            await say("hello")
            assert await heard(customer, 2) == expected
            # The gateway dies between the commit and its answer: the step is handed over again.
            stack.stack.arm("step_committed")
            await say("the gateway dies with the step done")
            assert await heard(customer, 4) == expected
            assert not stack.stack.armed("step_committed")
        # What comes while no bot runs waits for it; killed by SIGKILL it has left nothing half done.
        await say("nobody is there")
        async with bot_process(stack, file):
            assert await heard(customer, 6) == expected
            await stack.kill("both")
            await say("everything was killed")
            assert await heard(customer, 8) == expected
        async with bot_process(stack, file):
            await say("the end")
            assert await heard(customer, 10) == expected
        state = await stack.client.bot_state(stack.session, customer.phone, "counter")
        assert state.data == {"number": 5}
