"""What bots remember, by number, chat and bot: looked up under every name of a person, kept under one."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from holdfast.kit.clock import Clock
from holdfast.model.errors import StateConflict
from holdfast.steps import statements
from holdfast.steps.step import ChatRef, Remembered, StateChange, packed
from holdfast.store import ReadUnit, WriteUnit, aliases


class Found(NamedTuple):
    """A state where it stands: under another name than the canonical one while that was not known."""

    chat: str
    version: int
    data_json: str | None


def find(unit: ReadUnit, at: ChatRef, bot: str) -> Found | None:
    """The newest state of this chat, under whichever name it was kept."""
    session_id, phone = at.session.session_id, at.session.phone
    keys = [(session_id, phone, name, bot) for name in aliases.names(unit, session_id, at.chat)]
    rows = unit.keyed(statements.STATES, keys)
    return max((Found(row[2], int(row[4]), row[5]) for row in rows), key=lambda it: it.version, default=None)


def keep(unit: WriteUnit, at: ChatRef, bot: str, change: StateChange, clock: Clock) -> int:
    """Keep a state and return its version. Raises StateConflict when it is not the one that was read."""
    found = find(unit, at, bot)
    if (0 if found is None else found.version) != change.version:
        raise StateConflict
    session = at.session
    chat = aliases.canonical(unit, session.session_id, at.chat)
    place = {"session_id": session.session_id, "phone": session.phone, "bot": bot}
    if found is not None and found.chat != chat:
        unit.run(statements.FORGET_STATE, **place, chat=found.chat)
    unit.run(
        statements.KEEP_STATE,
        **place,
        chat=chat,
        tenant_id=session.tenant_id,
        version=change.version + 1,
        data_json=None if change.data is None else packed(change.data),
        at_ms=clock(),
    )
    return change.version + 1


def remembered(unit: ReadUnit, wanted: Sequence[ChatRef], bot: str, now_ms: int) -> list[Remembered]:
    """What a bot remembers of these chats, in their order, and which of them a human has."""
    return [_remembered(unit, at, bot, now_ms) for at in wanted]


def _remembered(unit: ReadUnit, at: ChatRef, bot: str, now_ms: int) -> Remembered:
    found = find(unit, at, bot)
    held = with_human(unit, at, now_ms)
    if found is None:
        return Remembered(handed_over=held)
    return Remembered(found.version, json.loads(found.data_json or "{}"), held)


def with_human(unit: ReadUnit, at: ChatRef, now_ms: int) -> bool:
    """Whether a human has this chat now."""
    session = at.session
    keys = [
        (session.session_id, session.phone, name) for name in aliases.names(unit, session.session_id, at.chat)
    ]
    return bool(unit.keyed(statements.HANDOVERS, keys, now_ms=now_ms))
