"""Warnings: what is watched beside a session's state, by code. Pure. Their sentences: `model/words`."""

from enum import StrEnum


class WarningCode(StrEnum):
    """What is not as it should be with a session. None of them changes its state."""

    #: Its connection is lost again and again.
    FLAPPING = "flapping"
    #: Nothing has come for longer than this number's habit explains.
    QUIET = "quiet"
    #: WhatsApp does not acknowledge what is sent: the link is up and deaf.
    SENDS_UNACKNOWLEDGED = "sends_unacknowledged"
    #: What came in is not stored: the link is up, and nobody takes its messages.
    DELIVERIES_UNCONFIRMED = "deliveries_unconfirmed"
    #: Its phone was not seen for days: after 14 of them WhatsApp unlinks its companions.
    PHONE_DORMANT = "phone_dormant"
    #: A message to itself was not acknowledged.
    CANARY_UNANSWERED = "canary_unanswered"
    #: WhatsApp lets it begin no new chats for a while.
    REACHOUT_LOCKED = "reachout_locked"
    #: Its credentials have changed, and no snapshot of them can be taken.
    CREDENTIALS_UNSAVED = "credentials_unsaved"
