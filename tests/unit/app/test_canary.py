"""The canary: a message to the number itself; told when nobody takes it, and none where it is down."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from holdfast.app.canary import TEXT, Canary
from holdfast.messages import MessageReader
from holdfast.model.content import Text
from holdfast.model.ids import SessionId
from holdfast.model.states import State
from holdfast.model.warnings import WarningCode
from holdfast.outbox import Outbox, RetryPolicy
from outbox_stage import ScriptedSender, running
from session_stage import TENANT, Stage, stage

ANNA = "4915100000001"


@dataclass
class Cage:
    """One number that is up, and what it sends into."""

    room: Stage
    sender: ScriptedSender
    messages: MessageReader
    canary: Canary
    session_id: SessionId

    @property
    def warnings(self) -> list[WarningCode]:
        return [code for code, _ in self.room.service.show(TENANT, "taxi").warnings]


@pytest.fixture
async def cage(tmp_path: Path) -> AsyncIterator[Cage]:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = SessionId(await room.linked("taxi", f"{ANNA}:1@s.whatsapp.net"))
        sender = ScriptedSender()
        outbox = Outbox(room.store, room.journal, sender, policy=RetryPolicy(pace=0))
        reader = MessageReader(room.store)
        canary = Canary(outbox, reader, room.supervisor, every_s=0)
        async with running(outbox):
            outbox.session_up(session_id, ANNA)
            yield Cage(room, sender, reader, canary, session_id)


async def test_it_writes_to_its_own_number(cage: Cage) -> None:
    await cage.canary.fly(cage.session_id, within_s=60)
    (sent,) = await cage.messages.page(cage.session_id, chat=None, direction=None, after=0, limit=10)
    assert sent.content == Text(TEXT)
    assert sent.outgoing is not None
    assert sent.outgoing.to.partition("@")[0] == ANNA


async def test_what_nobody_takes_is_told_and_over_with_the_next_that_is_taken(cage: Cage) -> None:
    cage.sender.refusing = True
    await cage.canary.fly(cage.session_id, within_s=0.05)
    assert cage.warnings == [WarningCode.CANARY_UNANSWERED]
    assert cage.room.runtime("taxi").session.state is State.CONNECTED
    cage.sender.refusing = False
    await cage.canary.fly(cage.session_id, within_s=60)
    assert cage.warnings == []


async def test_a_session_that_is_down_sends_none(cage: Cage) -> None:
    await cage.room.service.disconnect(TENANT, "taxi")
    await cage.canary.fly(cage.session_id, within_s=60)
    assert cage.sender.attempts == []
    await cage.canary.run()  # off: it returns at once
