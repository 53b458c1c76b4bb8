"""Identifiers as types of their own, so that one cannot be given where another is wanted.

All are plain strings at run time: they cross SQL, JSON and the engine's protocol unchanged.
"""

from typing import Final, NewType

#: Whose sessions these are: `ten_…`.
TenantId = NewType("TenantId", str)
#: The one tenant of a single installation; the first schema makes it. For the place where rooms are wired.
DEFAULT_TENANT: Final = TenantId("ten_default")
#: One session of this installation: `ses_…`.
SessionId = NewType("SessionId", str)
#: A person, group or channel as WhatsApp names it, without a device: `4915…@s.whatsapp.net`, `…@lid`,
#: `…@g.us`.
Jid = NewType("Jid", str)
#: A message's id, chosen by its sender and unique only together with chat and sender.
MessageId = NewType("MessageId", str)
