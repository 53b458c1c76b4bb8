"""A phone, its companions and the server: linking, unlinking, what the server holds of the account."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from holdfast.lab.facts import Account, Linked, Passkey, read
from holdfast.lab.line import Line, encoded


@dataclass(frozen=True, slots=True)
class Linking:
    """A phone's list of linked devices, and what WhatsApp's server knows of the account."""

    line: Line

    async def scan(self, code: str) -> Linked:
        """Scan a client's QR code. Raises SimulatorError when WhatsApp would refuse it."""
        return read(Linked, await self.line.post_text("scan", code))

    async def enter_code(self, code: str) -> Linked:
        """Type the eight characters that a client shows ("link with phone number")."""
        return read(Linked, await self.line.post("link-code", {"code": code}))

    # ---- companions ----------------------------------------------------------------------------------

    async def account(self) -> Account:
        """What WhatsApp's server knows of this number and its companions."""
        return read(Account, await self.line.known())

    async def kick(self, device: int, reason: str = "close") -> bool:
        """End a companion's connection: "close", "replaced", "device_removed", "503", "515", …

        Returns whether it was connected.
        """
        return bool((await self.line.server(f"devices/{device}/kick", {"reason": reason}))["kicked"])

    async def unlink(self, device: int) -> None:
        """Remove a companion, as under "Linked devices"."""
        await self.line.server(f"devices/{device}/logout")

    async def mark_dirty(self, what: str) -> None:
        """Companions must fetch "account_sync", "groups", "syncd_app_state", … again, also at each login."""
        await self.line.server("dirty", {"type": what})

    async def lock_for(self, time: timedelta, kind: str | None = None) -> None:
        """It may write to nobody who has never written to it, for a time; zero lifts that."""
        await self.line.server("timelock", {"seconds": round(time.total_seconds()), "kind": kind})

    async def rotate_key(self, *, tell: bool = False) -> str:
        """Make a new app state key; companions that are not told must ask for it. Returns its id."""
        return str((await self.line.post("rotate-key", {"tell": tell}))["key_id"])

    # ---- passkey -------------------------------------------------------------------------------------

    async def passkey(self) -> Passkey:
        """How far linking with a passkey is, and the code that the phone shows."""
        return read(Passkey, await self.line.fetch("passkey"))

    async def demand_passkey(self, demanded: bool = True) -> Passkey:
        """New devices have to prove the account's passkey, or no longer."""
        return read(Passkey, await self.line.post("passkey", {"demanded": demanded}))

    async def assert_passkey(self, challenge: bytes) -> Any:
        """The authenticator's answer to a challenge, as if somebody had touched it: a WebAuthn assertion."""
        return await self.line.post("passkey/assert", {"challenge_base64": encoded(challenge)})

    async def compare_passkey(self, code: str) -> Linked:
        """Say which code the client shows; the right one links it."""
        return read(Linked, await self.line.post("passkey/compare", {"code": code}))
