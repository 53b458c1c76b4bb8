"""People: who is on WhatsApp, what they show, whom the session's number blocks, and its own profile."""

from collections.abc import Sequence
from typing import Final

from holdfast.engine import Acts, Member, OwnProfile, Picture, Questions, Registered
from holdfast.model.address import bare_user, is_pn, parse_recipient
from holdfast.model.errors import RecipientInvalid, RequestInvalid
from holdfast.model.seams import SessionRef
from holdfast.people.names import group_jid, person_jid

#: Numbers that are asked at once.
MOST_NUMBERS: Final = 256
LARGEST_PICTURE: Final = 1 << 20
LONGEST_NAME: Final = 25
LONGEST_ABOUT: Final = 139


class People:
    """What a session's number sees of people, and shows of itself. Every call asks WhatsApp.

    Raises RecipientInvalid for what is no person, WhatsAppNotFound and WhatsAppForbidden as WhatsApp says,
    NotConnected and EngineUnreachable (nothing was done), and WhatsAppUnanswered.
    """

    def __init__(self, questions: Questions, acts: Acts) -> None:
        self._ask, self._do = questions, acts

    async def check(self, session: SessionRef, numbers: Sequence[str]) -> Sequence[Registered]:
        """Which numbers are on WhatsApp, in their order, and the JIDs that WhatsApp gives them.

        A number that WhatsApp writes otherwise than people do (Brazil, Mexico, Argentina) is found: write to
        the JID in the answer.
        """
        if not 0 < len(numbers) <= MOST_NUMBERS:
            raise RequestInvalid(f"Name between 1 and {MOST_NUMBERS} numbers")
        return await self._ask.on_whatsapp(session.session_id, list(map(_digits, numbers)))

    async def picture(self, session: SessionRef, of: str, *, preview: bool) -> Picture | None:
        """The picture of a person or group, None if there is none or it is hidden."""
        jid = parse_recipient(of)
        if jid is None:
            raise RecipientInvalid
        return await self._ask.picture(session.session_id, jid, preview=preview)

    async def about(self, session: SessionRef, of: str) -> str:
        """What a person says about themselves; empty if nothing, or if it is hidden."""
        return await self._ask.about(session.session_id, person_jid(of))

    async def profile(self, session: SessionRef) -> OwnProfile:
        """The session's number as others see it."""
        return await self._ask.own_profile(session.session_id)

    async def set_profile(self, session: SessionRef, name: str | None, about: str | None) -> OwnProfile:
        """Change what is named of the number's profile, and return the profile as it is then."""
        if name is not None and not 0 < len(name.strip()) <= LONGEST_NAME:
            raise RequestInvalid(f"A name has 1 to {LONGEST_NAME} characters")
        if about is not None and len(about) > LONGEST_ABOUT:
            raise RequestInvalid(f"`about` has at most {LONGEST_ABOUT} characters")
        if name is not None or about is not None:
            wanted = None if name is None else name.strip()
            await self._do.set_profile(session.session_id, push_name=wanted, about=about)
        return await self.profile(session)

    async def set_picture(self, session: SessionRef, jpeg: bytes, *, group: str | None = None) -> str:
        """Change the number's own picture, or a group's; no bytes remove it. The picture's id."""
        if jpeg and not jpeg.startswith(b"\xff\xd8\xff"):
            raise RequestInvalid("This is not a JPEG", next_step="Send a square JPEG of at most 640 pixels.")
        if len(jpeg) > LARGEST_PICTURE:
            raise RequestInvalid(f"The picture is larger than {LARGEST_PICTURE >> 20} MiB")
        jid = "" if group is None else group_jid(group)
        return await self._do.set_picture(session.session_id, jpeg, group=jid)

    async def blocked(self, session: SessionRef) -> Sequence[Member]:
        """Whom the number has blocked."""
        return await self._ask.blocked(session.session_id)

    async def block(self, session: SessionRef, person: str, *, blocked: bool) -> None:
        """Block somebody, or no longer. Idempotent."""
        await self._do.block(session.session_id, person_jid(person), blocked=blocked)

    async def reject_call(self, session: SessionRef, caller: str, call_id: str) -> None:
        """Reject a call that rings."""
        await self._do.reject_call(session.session_id, person_jid(caller), call_id)


def _digits(number: str) -> str:
    jid = parse_recipient(number)
    if jid is None or not is_pn(jid):
        raise RecipientInvalid
    return bare_user(jid.partition("@")[0])
