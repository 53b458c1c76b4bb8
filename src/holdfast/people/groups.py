"""Groups of a session's number."""

import re
from collections.abc import Sequence
from dataclasses import fields
from typing import Final

from holdfast.engine import Group, GroupQuestions, GroupRequest, GroupSettings, Member, MemberChange
from holdfast.kit.clock import Clock, monotonic_ms
from holdfast.model.errors import RequestInvalid
from holdfast.model.seams import SessionRef
from holdfast.people.names import group_jid, person_jids

#: WhatsApp cuts or refuses longer ones.
LONGEST_SUBJECT: Final = 100
LONGEST_DESCRIPTION: Final = 2048
#: Seconds after which messages of a group disappear. WhatsApp takes no others.
TIMERS: Final = (0, 86_400, 604_800, 7_776_000)
#: How long the members of a group are taken for what they were.
_MEMBERS_FOR_MS: Final = 60_000
_MOST_GROUPS: Final = 500
_CODE: Final = re.compile(
    r"(?:(?:https?://)?chat\.whatsapp\.com/(?:invite/)?)?([A-Za-z0-9_-]{8,64})/?(?:\?.*)?"
)


def invite_code(text: str) -> str:
    """The code of an invitation: of its link, or the code itself. Raises RequestInvalid."""
    found = _CODE.fullmatch(text.strip())
    if found is None:
        raise RequestInvalid(
            "This is not an invitation to a group",
            next_step="Give the link, like https://chat.whatsapp.com/AbCd…",
        )
    return found[1]


class Groups:
    """What a session's number sees of its groups and does with them.

    Every call asks WhatsApp. Raises RecipientInvalid for what is no group or person, WhatsAppNotFound and
    WhatsAppForbidden as WhatsApp says, NotConnected and EngineUnreachable (nothing was done), and
    WhatsAppUnanswered.
    """

    def __init__(self, engine: GroupQuestions, clock: Clock = monotonic_ms) -> None:
        self._engine, self._clock = engine, clock
        #: Who was in a group when it was asked for last, under every name, and when that was.
        self._members: dict[tuple[str, str], tuple[int, frozenset[str]]] = {}

    async def list(self, session: SessionRef) -> Sequence[Group]:
        """The groups that the number is in."""
        return await self._engine.list(session.session_id)

    async def get(self, session: SessionRef, group: str) -> Group:
        """One group with its members."""
        return await self._engine.get(session.session_id, group_jid(group))

    async def outside(self, session: SessionRef, group: str, people: Sequence[str]) -> Sequence[str]:
        """Who of these JIDs is not in the group. Asks WhatsApp once a minute, and again before it says so."""
        key, now = (session.session_id, group), self._clock()
        asked_ms, members = self._members.get(key, (now - _MEMBERS_FOR_MS, frozenset()))
        if now - asked_ms >= _MEMBERS_FOR_MS or not members.issuperset(people):
            found = await self._engine.get(session.session_id, group)
            members = frozenset(name for it in found.members for name in (it.jid, it.phone, it.lid) if name)
            if len(self._members) >= _MOST_GROUPS:
                self._members.clear()
            self._members[key] = (now, members)
        return [each for each in people if each not in members]

    async def create(self, session: SessionRef, subject: str, members: Sequence[str]) -> Group:
        """Make a group; members that could not be added carry WhatsApp's number. Not idempotent."""
        return await self._engine.create(session.session_id, _subject(subject), person_jids(members))

    async def change(
        self, session: SessionRef, group: str, subject: str | None, settings: GroupSettings
    ) -> Group:
        """Change what is named, one after the other, and return the group as it is then."""
        jid = group_jid(group)
        if settings.description is not None and len(settings.description) > LONGEST_DESCRIPTION:
            raise RequestInvalid(f"A description has at most {LONGEST_DESCRIPTION:,} characters")
        if settings.disappearing_s is not None and settings.disappearing_s not in TIMERS:
            raise RequestInvalid(f"`disappearing_s` is one of {', '.join(map(str, TIMERS))}")
        if subject is not None:
            await self._engine.set_subject(session.session_id, jid, _subject(subject))
        if any(getattr(settings, field.name) is not None for field in fields(settings)):
            await self._engine.set(session.session_id, jid, settings)
        return await self._engine.get(session.session_id, jid)

    async def change_members(
        self, session: SessionRef, group: str, change: MemberChange, members: Sequence[str]
    ) -> Sequence[Member]:
        """Add, remove, promote or demote; each carries WhatsApp's number if it was refused."""
        jids = person_jids(members)
        return await self._engine.change_members(session.session_id, group_jid(group), change, jids)

    async def leave(self, session: SessionRef, group: str) -> None:
        """Leave a group."""
        await self._engine.leave(session.session_id, group_jid(group))

    async def invite(self, session: SessionRef, group: str) -> str:
        """The code of the group's invitation link."""
        return await self._engine.invite_code(session.session_id, group_jid(group))

    async def reset_invite(self, session: SessionRef, group: str) -> str:
        """A new code; the old link no longer leads anywhere."""
        return await self._engine.reset_invite(session.session_id, group_jid(group))

    async def preview(self, session: SessionRef, invitation: str) -> Group:
        """The group that an invitation leads to, as a stranger sees it."""
        return await self._engine.by_invite(session.session_id, invite_code(invitation))

    async def join(self, session: SessionRef, invitation: str) -> str:
        """Join by an invitation; the group's JID, also where an admin still has to agree."""
        return await self._engine.join(session.session_id, invite_code(invitation))

    async def requests(self, session: SessionRef, group: str) -> Sequence[GroupRequest]:
        """Who waits to be let in."""
        return await self._engine.requests(session.session_id, group_jid(group))

    async def decide(
        self, session: SessionRef, group: str, members: Sequence[str], *, approve: bool
    ) -> Sequence[Member]:
        """Let in, or turn away, who waits; each carries WhatsApp's number if it was refused."""
        jids = person_jids(members)
        return await self._engine.decide(session.session_id, group_jid(group), jids, approve=approve)


def _subject(text: str) -> str:
    text = text.strip()
    if not 0 < len(text) <= LONGEST_SUBJECT:
        raise RequestInvalid(f"A subject has 1 to {LONGEST_SUBJECT} characters")
    return text
