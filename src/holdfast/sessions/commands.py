"""What the session machine wants done: commands, imperative. Pure values.

The lanes carry them out, in order.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConnectSession:
    """Open the session's file if it is not open, and dial with this epoch."""

    epoch: int


@dataclass(frozen=True, slots=True)
class DisconnectSession:
    """End whatever connection there is."""


@dataclass(frozen=True, slots=True)
class CloseFile:
    """End whatever connection there is and close the session's file: it is opened afresh."""


@dataclass(frozen=True, slots=True)
class PutBackSnapshot:
    """Put this snapshot in the place of the session's file, which is closed."""

    name: str


@dataclass(frozen=True, slots=True)
class StartPairing:
    """Begin pairing in the scratch folder with this epoch."""

    epoch: int


@dataclass(frozen=True, slots=True)
class AskForCode:
    """Have a code made in this pairing that can be typed on the phone with this number."""

    epoch: int
    phone: str


@dataclass(frozen=True, slots=True)
class CancelPairing:
    """End pairing."""


@dataclass(frozen=True, slots=True)
class AdoptCredentials:
    """Record the new link twice, move its folder to its name; then say CredentialsAdopted."""


@dataclass(frozen=True, slots=True)
class GiveUpLink:
    """Tell WhatsApp that this device unlinks, and move its folder to quarantine."""


@dataclass(frozen=True, slots=True)
class GiveUpScratch:
    """The same for what a pairing may have left in the scratch folder."""


@dataclass(frozen=True, slots=True)
class QuarantineCredentials:
    """Move the session's folder to quarantine: WhatsApp has unlinked it. Nothing is deleted."""


@dataclass(frozen=True, slots=True)
class ForgetSession:
    """Mark the session as deleted, in both records. The last command of its life."""


Command = (
    ConnectSession
    | DisconnectSession
    | CloseFile
    | PutBackSnapshot
    | StartPairing
    | AskForCode
    | CancelPairing
    | AdoptCredentials
    | GiveUpLink
    | GiveUpScratch
    | QuarantineCredentials
    | ForgetSession
)
