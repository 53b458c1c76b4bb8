"""`holdfast demo`: the whole story against a simulated WhatsApp, with real processes and a real kill -9."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import holdfast
from holdfast import binaries
from holdfast.cli.ride import Ride, at_work
from holdfast.cli.screen import Exit, command_name, lab_banner, number, say
from holdfast.cli.story import Story, StoryFailed
from holdfast.cli.terminal import console
from holdfast.client import Client, HoldfastError
from holdfast.keeper import Place, free_port, port_is_free
from holdfast.lab import Phone, Simulator, SimulatorError, Stack, StackError

_BETWEEN = 20  # messages that the customer writes while everything is dead
_PATIENCE_S = 60.0


@dataclass
class _Cast:
    """Who plays: the simulator, the stack, three phones."""

    simulator: Simulator
    stack: Stack
    business: Phone
    customer: Phone
    operator: Phone
    received: list[str] = field(default_factory=list)

    @property
    def api(self) -> Client:
        return self.stack.client


async def demo(once: bool, api_port: int, dashboard_port: int) -> int:
    """Tell the story. Exit code 0 when everything in it came true, 130 when it was stopped before, else 1."""
    binaries.path("holdfast-engine")
    lab_banner()
    folder = Path(tempfile.mkdtemp(prefix="holdfast-demo-"))
    stop = asyncio.Event()
    for end in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(end, stop.set)
    story = Story()
    telling = asyncio.create_task(_tell(story, folder, once, _ports(api_port, dashboard_port), stop))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({telling, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not story.ended:
            telling.cancel()
        return await telling
    except asyncio.CancelledError:
        say("[bright_black]the demo was stopped[/]")
        return 130
    finally:
        stopping.cancel()
        if picture := os.environ.get("HOLDFAST_PICTURE"):
            console().save_svg(picture, title="make demo ARGS=--once")
        shutil.rmtree(folder, ignore_errors=True)


def _ports(api_port: int, dashboard_port: int) -> tuple[int, int]:
    chosen = []
    for what, port in (("API", api_port), ("page", dashboard_port)):
        taken = not port_is_free(port)
        chosen.append(free_port() if taken else port)
        if taken:
            say("[yellow]port {} is taken: the demo's {} uses {} instead[/]", port, what, chosen[-1])
    return chosen[0], chosen[1]


async def _tell(story: Story, folder: Path, once: bool, ports: tuple[int, int], stop: asyncio.Event) -> int:
    try:
        async with _stage(folder, ports, story) as cast:
            await _link(cast, story)
            await _bot(cast, story)
            await _first_answer(cast, story)
            await _kill_and_return(cast, story)
            await _next_answer(cast, story)
            ride = Ride(cast.stack, cast.business, cast.customer, cast.operator)
            await ride.tell(story, example("chauffeur.py"))
            await _page(cast, story)
            story.end(True)
            if not once and not stop.is_set():
                await _stay(cast, stop)
        return 0
    except (StoryFailed, HoldfastError, SimulatorError, StackError) as failure:
        story.end(False, str(failure))
        _show_logs(folder)
        return 1


@asynccontextmanager
async def _stage(folder: Path, ports: tuple[int, int], story: Story) -> AsyncIterator[_Cast]:
    async with contextlib.AsyncExitStack() as stack:
        with story.step("start a simulated WhatsApp with three phones") as step:
            simulator = await stack.enter_async_context(Simulator.start(folder / "lab", seed=7))
            business = await simulator.phone("Chauffeur Weber")
            customer = await simulator.phone("Customer")
            operator = await simulator.phone("Operator")
            step.done(f"{number(business.phone)} and {number(customer.phone)}")
        with story.step("start engine, gateway and page") as step:
            trust, key = simulator.trust_file, folder / "master.key"
            place = Place(folder, "127.0.0.1", *ports, trust, master_key=key, applications="chauffeur")
            running = await _start(stack, place)
            await running.keeper.start(running.place.program("dashboard", "-m", "holdfast.dashboard"))
            system = await running.client.system()
            step.done(f"engine is process {system.engine_pid}, gateway {system.gateway_pid}")
        yield _Cast(simulator, running, business, customer, operator)


async def _start(stack: contextlib.AsyncExitStack, place: Place) -> Stack:
    try:
        return await stack.enter_async_context(Stack.start(place))
    except StackError as refused:
        if refused.code != Exit.PORT_TAKEN:
            raise
        # Somebody was quicker since we looked.
        other = replace(place, api_port=free_port())
        return await stack.enter_async_context(Stack.start(other))


async def _link(cast: _Cast, story: Story) -> None:
    with story.step("link a number: scan the QR code that the API gives") as step:
        await cast.api.sessions.create("chauffeur")
        began = time.monotonic()
        code = await cast.api.sessions.first_qr("chauffeur")
        took_ms = (time.monotonic() - began) * 1000
        await cast.business.scan(code.code)
        session = await cast.api.sessions.wait_for("chauffeur", timeout_s=_PATIENCE_S)
        step.done(f"QR after {took_ms:.0f} ms, connected as {number(session.phone)}")


async def _bot(cast: _Cast, story: Story) -> None:
    with story.step("start the greeting bot (ten lines of Python)") as step:
        bot = example("greeting.py")
        program = cast.stack.place.program("bot", "-m", "holdfast.cli", "bot", "run", str(bot))
        await cast.stack.keeper.start(program)
        await at_work(program)
        step.done(f"holdfast bot run {bot.name}")


async def _first_answer(cast: _Cast, story: Story) -> None:
    with story.step("the customer's phone writes “Hello”") as step:
        began = time.monotonic()
        await cast.customer.say(cast.business.phone, "Hello")
        answer = await cast.customer.wait_for("Holdfast", timeout_s=_PATIENCE_S)
        step.done(f"answer after {(time.monotonic() - began) * 1000:.0f} ms: “{answer.text}”")


async def _kill_and_return(cast: _Cast, story: Story) -> None:
    before = await cast.business.account()
    texts = [f"message {number_} written while everything was dead" for number_ in range(1, _BETWEEN + 1)]
    async with cast.api.events("demo-witness", types=["message.received"]) as stream:

        async def witness() -> None:
            async for event in stream:
                cast.received.append(event.text)
                stream.ack(event)

        watching = asyncio.create_task(witness())
        try:
            with story.step("kill -9: gateway and engine") as step:
                killed = time.monotonic()
                cast.stack.kill("both")
                await cast.customer.say_many([(cast.business, text) for text in texts])
                step.done(f"both dead; meanwhile the customer writes {_BETWEEN} messages")
            with story.step("they start again") as step:
                await cast.stack.wait_ready()
                await cast.api.sessions.wait_for("chauffeur", timeout_s=_PATIENCE_S)
                back = time.monotonic() - killed
                lost, doubled = await _count(cast, texts)
                after = await cast.business.account()
                scans = after.registrations - before.registrations
                step.done(f"back in {back:.1f} s, {lost} lost, {doubled} doubled, {scans} QR codes")
                if lost or doubled or scans:
                    raise StoryFailed(
                        f"{lost} messages were lost, {doubled} doubled, {scans} scans were needed"
                    )
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def _count(cast: _Cast, texts: list[str]) -> tuple[int, int]:
    async def all_received() -> None:
        while True:
            if set(texts) <= set(cast.received):
                return
            await asyncio.sleep(0.05)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            await all_received()
    await asyncio.sleep(0.3)  # a twin would follow at once
    seen = [text for text in cast.received if text in set(texts)]
    return len(set(texts) - set(seen)), len(seen) - len(set(seen))


async def _next_answer(cast: _Cast, story: Story) -> None:
    with story.step("the customer asks “/status”") as step:
        began = time.monotonic()
        await cast.customer.say(cast.business.phone, "/status")
        answer = await cast.customer.wait_for("I am connected", timeout_s=_PATIENCE_S)
        step.done(f"answer after {(time.monotonic() - began) * 1000:.0f} ms: “{answer.text}”")


async def _page(cast: _Cast, story: Story) -> None:
    with story.step("the page") as step:
        link = await cast.api.dashboard_link()
        address = f"http://127.0.0.1:{cast.stack.place.dashboard_port}{link.path}"
        await _page_answers(cast.stack)
        step.done(f"{address}  (logs one browser in, once)")


async def _page_answers(stack: Stack) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        runs = stack.keeper.pid("dashboard") is not None
        if runs and not port_is_free(stack.place.dashboard_port):
            return
        if not runs or time.monotonic() > deadline:
            log = stack.place.data / "logs" / "dashboard.log"
            raise StoryFailed(f"The page did not start. Its log: {log}")
        await asyncio.sleep(0.1)


async def _stay(cast: _Cast, stop: asyncio.Event) -> None:
    name = command_name()
    say()
    say("[bold]It stays up. Try, in another terminal:[/]")
    for command, what in (
        (f"export HOLDFAST_DATA={cast.stack.place.data}", "which Holdfast the next commands mean"),
        (f"{name} status", "every number and its state"),
        (f'{name} lab say chauffeur "/help"', "let the customer write"),
        (f"{name} booking list", "what customers have booked"),
        (f"{name} events", "follow what happens"),
        (f"{name} lab scan second", "link a second number"),
        (f"kill -9 {cast.stack.place.engine_pid()}", "kill the engine, watch the page"),
        (f"{name} selftest --sessions 5 --kills 16", "the same as proof, with figures"),
    ):
        say("  {} [bright_black]{}[/]", f"{command:<58}", what)
    say("[bright_black]Ctrl+C ends the demo and removes its folder.[/]")
    await stop.wait()


def example(name: str) -> Path:
    """An example of this installation: from the source tree, or packed into the wheel."""
    home = Path(holdfast.__file__).parent
    for found in (home.parents[1] / "examples" / name, home / "_examples" / name):
        if found.is_file():
            return found
    raise StoryFailed(f"The example {name} is not part of this installation")


def _show_logs(folder: Path) -> None:
    for log in sorted((folder / "logs").glob("*.log")):
        sys.stderr.write(f"---- {log.name}\n{log.read_text(errors='replace')[-3000:]}\n")
