"""The SDK for programs that wait: the same calls, on a loop in a thread of its own."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from fastapi import Response
from scripted_gateway import KEY, ScriptedGateway, session_body

from holdfast.client import Event, RecipientInvalid, UnknownSession
from holdfast.sync import Client
from holdfast.sync.portal import Portal

T = TypeVar("T")


async def waiting(gateway: ScriptedGateway, program: Callable[[Client], T]) -> T:
    """What a program returns that has no loop; the gateway's runs on."""

    def run() -> T:
        with Client(gateway.url, KEY, timeout_s=60.0) as client:
            return program(client)

    return await asyncio.to_thread(run)


def threads() -> list[str]:
    return [it.name for it in threading.enumerate() if it.name == "holdfast client"]


async def test_a_call_returns_what_the_gateway_says(gateway: ScriptedGateway) -> None:
    gateway.answers["GET", "/v1/sessions/main"] = session_body()
    session = await waiting(gateway, lambda client: client.sessions.get("main"))
    assert (session.name, session.state) == ("main", "connected")


async def test_a_refusal_is_raised_typed(gateway: ScriptedGateway) -> None:
    with pytest.raises(UnknownSession, match="No such session"):
        await waiting(gateway, lambda client: client.sessions.get("nobody"))
    with pytest.raises(RecipientInvalid):
        await waiting(gateway, lambda client: client.send("main", "nobody", "Hello"))


async def test_sends_of_many_threads_share_one_connection(gateway: ScriptedGateway) -> None:
    def program(client: Client) -> set[str]:
        found: list[str] = []
        senders = [
            threading.Thread(target=lambda: found.append(client.send("main", "+491", "Hi").message_id))
            for _ in range(20)
        ]
        for each in senders:
            each.start()
        for each in senders:
            each.join()
        return set(found)

    assert len(await waiting(gateway, program)) == 20
    assert gateway.connections == 1


async def test_events_are_iterated_and_acknowledged(gateway: ScriptedGateway) -> None:
    loop = asyncio.get_running_loop()

    def happen(text: str) -> None:
        asyncio.run_coroutine_threadsafe(gateway.happen(text), loop).result()

    def program(client: Client) -> list[str]:
        seen = []
        with client.events("reader") as stream:
            assert stream.next(0.01) is None  # nothing has happened yet
            for number in range(3):
                happen(f"m{number}")
            for event in stream:
                seen.append(event.text)
                stream.ack(event)
                client.reply(event, "seen")
                if len(seen) == 3:
                    return seen
        return seen

    assert await waiting(gateway, program) == ["m0", "m1", "m2"]
    assert gateway.acked["stream"] == 3  # written before the client was closed
    assert {it["idempotency_key"] for it in gateway.accepted.values()} == {
        f"reply:evt_000{number}" for number in (1, 2, 3)
    }


async def test_what_was_not_acknowledged_comes_again(gateway: ScriptedGateway) -> None:
    def first(client: Client) -> Event:
        with client.events("reader", after="") as stream:
            return next(stream)

    await gateway.happen("once more")
    before = await waiting(gateway, first)
    after = await waiting(gateway, first)
    assert before.event_id == after.event_id


async def test_a_list_in_pages_is_one_iterator(gateway: ScriptedGateway) -> None:
    chat = {
        "phone": None,
        "group": False,
        "name": "",
        "unread": 0,
        "archived": False,
        "muted_until": None,
        "last_at": None,
        "last_message": None,
    }
    pages = iter(
        [
            {"chats": [{"chat": "1@lid", **chat}, {"chat": "2@lid", **chat}], "next": "2"},
            {"chats": [{"chat": "3@lid", **chat}], "next": None},
        ]
    )
    gateway.answers["GET", "/v1/sessions/main/chats"] = lambda: next(pages)
    found = await waiting(gateway, lambda client: [it.chat for it in client.chats.list("main")])
    assert found == ["1@lid", "2@lid", "3@lid"]


async def test_a_file_is_read_piece_by_piece(gateway: ScriptedGateway, tmp_path: Path) -> None:
    digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"  # of "foo"
    gateway.answers["GET", "/v1/media/med_1"] = Response(b"foo", headers={"ETag": f'"{digest}"'})

    def program(client: Client) -> bytes:
        with client.media.opened("med_1") as opened:
            assert opened.status == 200
            read = b"".join(opened.pieces)
        return read + client.media.download("med_1", tmp_path / "foo").read_bytes()

    assert await waiting(gateway, program) == b"foofoo"


async def test_a_client_that_is_closed_says_so_and_leaves_no_thread(gateway: ScriptedGateway) -> None:
    gateway.answers["GET", "/v1/sessions/main"] = session_body()
    kept: list[Client] = []

    def program(client: Client) -> None:
        kept.append(client)
        client.sessions.get("main")
        assert threads()

    await waiting(gateway, program)
    assert threads() == []
    kept[0].close()
    with pytest.raises(RuntimeError, match="closed"):
        kept[0].sessions.get("main")


async def test_an_interrupt_closes_the_stream(gateway: ScriptedGateway) -> None:
    def program() -> bool:
        try:
            with Client(gateway.url, KEY) as client, client.events("reader"):
                raise KeyboardInterrupt
        except KeyboardInterrupt:  # it must not reach the loop that waits for this thread
            return True

    assert await asyncio.to_thread(program)
    assert threads() == []


# ---- the portal alone ----


async def test_it_works_where_a_loop_runs_already() -> None:
    portal = Portal(_nothing)
    assert portal.run(lambda: asyncio.sleep(0, "as in a notebook")) == "as in a notebook"
    portal.close()


def test_what_is_interrupted_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    portal, cancelled = Portal(_nothing), threading.Event()

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    begun = threading.Event()

    class Interrupted:
        """A future whose waiter is interrupted as by Ctrl+C."""

        def __init__(self, of: object) -> None:
            self._of = of

        def result(self) -> None:
            assert begun.wait(60)
            raise KeyboardInterrupt

        def cancel(self) -> bool:
            return self._of.cancel()  # type: ignore[attr-defined,no-any-return]

    running = portal._running()
    start = running.start_task_soon
    monkeypatch.setattr(running, "start_task_soon", lambda call: Interrupted(start(call)))
    with pytest.raises(KeyboardInterrupt):
        portal.run(endless)
    assert cancelled.wait(60)
    monkeypatch.undo()
    portal.close()


def test_after_a_fork_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    portal = Portal(_nothing)
    portal.run(_nothing)
    here = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: here + 1)
    with pytest.raises(RuntimeError, match="in every process"):
        portal.run(_nothing)
    portal.close()  # harmless: the thread is the parent's
    monkeypatch.undo()


def test_a_context_is_left_on_the_loop_that_entered_it() -> None:
    portal, seen = Portal(_nothing), []

    @asynccontextmanager
    async def context() -> AsyncIterator[int]:
        seen.append(asyncio.current_task())
        yield 7
        seen.append(asyncio.current_task())

    with portal.inside(context) as value:
        assert value == 7
    portal.close()
    assert seen[0] is not None
    assert seen[0] is seen[1]


def _nothing() -> Awaitable[None]:
    return asyncio.sleep(0)


def test_a_program_that_closes_nothing_ends() -> None:
    program = (
        "import asyncio\n"
        "from holdfast.sync.portal import Portal\n"
        "async def last():\n    print('last words')\n"
        "portal = Portal(last)\n"
        "print(portal.run(lambda: asyncio.sleep(0, 'done')))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert ended.stdout.splitlines() == ["done", "last words"]
