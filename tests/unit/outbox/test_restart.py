"""A long queue over many chats, killed again and again: order per chat, pace, none twice."""

import asyncio
import random
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from holdfast.journal import Journal
from holdfast.model import content as c
from holdfast.model.errors import NotConnected, SendOutcomeUnknown
from holdfast.model.messages import SendAck
from holdfast.model.seams import SessionRef
from holdfast.outbox import Budget, Outbox, Pace, RetryPolicy, SendRequest
from holdfast.store import SqliteFile, Store
from outbox_stage import running, until_settled
from rooms import TENANT, add_session

SES = SessionRef("ses_a", TENANT, "ses_a", "4900000", "900000@lid")


@dataclass
class Phones:
    """Whoever gets the messages, over every restart. The first copy of an id counts, as on a phone."""

    by_chat: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    copies: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    news: asyncio.Event = field(default_factory=asyncio.Event)
    rolls: random.Random = field(default_factory=lambda: random.Random(10))

    async def show_typing(self, session_id: str, to: str) -> None:
        """See the seam."""

    async def send(self, session_id: str, message_id: str, to: str, message: bytes) -> SendAck:
        """Takes most at once; some attempts never leave, of some nobody knows what became."""
        roll = self.rolls.random()
        if roll < 0.05:
            raise NotConnected
        await asyncio.sleep(0)
        if message_id not in self.copies:
            self.by_chat[to].append(message_id)
            self.news.set()
        self.copies[message_id].add(message)
        if roll < 0.1:
            raise SendOutcomeUnknown
        return SendAck(3_000, "4900000@s.whatsapp.net")

    async def until(self, messages: int) -> None:
        """Return when so many have arrived."""
        while len(self.copies) < messages:
            self.news.clear()
            await self.news.wait()


@pytest.mark.parametrize(("messages", "chats", "kills"), [(600, 30, 4)])
async def test_a_long_queue_goes_out_in_order_and_pace_however_often_it_is_killed(
    tmp_path: Path, messages: int, chats: int, kills: int
) -> None:
    phones, wanted = Phones(), defaultdict(list)
    budget = Budget(burst=messages // 6, per_hour=3_600 * 400)
    file = SqliteFile(tmp_path / "holdfast.db")
    began_s = 0.0
    for life in range(kills + 1):
        store = await Store.open(file)
        journal = await Journal.open(store)
        outbox = Outbox(
            store, journal, phones, policy=RetryPolicy(pace=0.001), budgets=dict.fromkeys(Pace, budget)
        )
        if life == 0:
            await add_session(store, "ses_a", jid="4900000@s.whatsapp.net", lid="900000@lid")
            await _fill(outbox, messages, chats, wanted)
            began_s = asyncio.get_running_loop().time()
        async with asyncio.timeout(120), running(outbox):
            outbox.session_up("ses_a", "4900000")
            if life < kills:  # killed in the middle of attempts whose results nobody has stored
                await phones.until((life + 1) * messages // (kills + 1))
            else:
                await until_settled(store)
        await store.close()
    assert dict(phones.by_chat) == dict(wanted)
    assert {len(copies) for copies in phones.copies.values()} == {1}  # byte for byte the same
    # However often it began again: one burst, and beside it what the time has earned.
    paced = messages - budget.burst - kills * 20
    assert asyncio.get_running_loop().time() - began_s >= paced * budget.every_s


async def _fill(outbox: Outbox, messages: int, chats: int, wanted: dict[str, list[str]]) -> None:
    """Accept messages of several kinds, chat by chat in turn."""
    for n in range(messages):
        chat = f"49{n % chats:08}@s.whatsapp.net"
        before = wanted[chat][-1] if wanted[chat] else None
        content: c.Content = c.Text(f"text {n}")
        if n % 3 == 1 and before is not None:
            content = c.Reaction(before, "👍") if len(wanted[chat]) == 1 else c.Location(1.0, 2.0)
        (answer,) = await outbox.accept_many([SendRequest(SES, chat, content)])
        assert not isinstance(answer, Exception)
        wanted[chat].append(answer.message_id)
