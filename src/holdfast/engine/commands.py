"""What an engine is told about one session: its file, its connection, its pairing, its messages.

Every method raises EngineUnreachable without an engine, NotConnected, EngineStorageFailed and CommandRefused
as it says. What needs a newer engine than the first version also raises EngineOutdated.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from holdfast.engine import translate
from holdfast.engine.connection import result_of
from holdfast.engine.facts import Device, Folder, Held
from holdfast.engine.translate_answers import device, folders
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model.errors import NotConnected
from holdfast.model.messages import SendAck


class Commands(ABC):
    """The commands of every version, and those of pairing that came later. The link carries them."""

    @abstractmethod
    async def _ask(self, command: pb.Command, *, sending: bool = False) -> pb.Result:
        """Carry one command to the engine and return its result."""

    @abstractmethod
    async def _ask_newer(self, command: pb.Command) -> pb.Result:
        """The same for an engine that has the families. Raises EngineOutdated."""

    async def list_held(self) -> Sequence[Held]:
        """What the engine holds now."""
        result = await self._ask(pb.Command(list=pb.List()))
        return [translate.held(level) for level in result_of(result, "list").levels]

    async def scan(self) -> Sequence[Folder]:
        """Every folder under sessions/, scratch folders included."""
        return folders(result_of(await self._ask(pb.Command(scan=pb.Scan())), "scan"))

    async def scout(self) -> bool:
        """True when WhatsApp can be reached, without a login. Raises EngineOutdated.

        It may take some seconds where nothing comes back.
        """
        try:
            await self._ask_newer(pb.Command(scout=pb.Scout()))
        except NotConnected:
            return False
        return True

    async def open(self, session_id: str, folder: str, key: bytes) -> Device:
        """Open a session's file with its key. Safe to repeat."""
        command = pb.Command(session_id=session_id, open=pb.Open(folder=folder, key=key))
        return device(result_of(await self._ask(command), "open"))

    async def close(self, session_id: str) -> None:
        """Disconnect and close the file; the engine forgets the session."""
        await self._ask(pb.Command(session_id=session_id, close=pb.Close()))

    async def connect(self, session_id: str, epoch: int) -> None:
        """Begin a connection. Facts and levels of this epoch tell the rest."""
        await self._ask(pb.Command(session_id=session_id, connect=pb.Connect(epoch=epoch)))

    async def disconnect(self, session_id: str) -> None:
        """End the connection."""
        await self._ask(pb.Command(session_id=session_id, disconnect=pb.Disconnect()))

    async def pair(
        self,
        session_id: str,
        epoch: int,
        key: bytes,
        wrapped_key: bytes,
        device_name: str,
        *,
        passkey: bool = False,
    ) -> None:
        """Begin pairing in the session's scratch folder, under a new key.

        `passkey`: a phone that wants one is asked for by the fact PairPasskeyRequest, else it is refused.
        """
        wanted = pb.Pair(
            epoch=epoch, key=key, wrapped_key=wrapped_key, device_name=device_name, passkey=passkey
        )
        await self._ask(pb.Command(session_id=session_id, pair=wanted))

    async def pair_phone(self, session_id: str, phone: str, *, notify: bool = True) -> None:
        """Have the phone with this number linked by a code; the fact PairPhoneCode follows.

        Pairing must run. `phone`: digits with country code. Raises EngineOutdated.
        """
        wanted = pb.PairPhone(phone=phone, notify=notify)
        await self._ask_newer(pb.Command(session_id=session_id, pair_phone=wanted))

    async def passkey_response(self, session_id: str, response_json: bytes) -> None:
        """What the authenticator answered to PairPasskeyRequest. Raises EngineOutdated."""
        wanted = pb.PasskeyResponse(response_json=response_json)
        await self._ask_newer(pb.Command(session_id=session_id, passkey_response=wanted))

    async def passkey_confirm(self, session_id: str) -> None:
        """Phone and screen show the code of PairPasskeyConfirmation. Raises EngineOutdated."""
        await self._ask_newer(pb.Command(session_id=session_id, passkey_confirm=pb.PasskeyConfirm()))

    async def cancel_pair(self, session_id: str) -> None:
        """End pairing."""
        await self._ask(pb.Command(session_id=session_id, cancel_pair=pb.CancelPair()))

    async def adopt(self, session_id: str, folder: str) -> None:
        """Give the session's scratch folder its final name. Raises CommandRefused `target_exists`."""
        await self._ask(pb.Command(session_id=session_id, adopt=pb.Adopt(folder=folder)))

    async def quarantine(
        self, session_id: str, folder: str, target: str, *, with_snapshots: bool = False
    ) -> None:
        """Move a session's folder to quarantine; it is disconnected and closed first.

        `with_snapshots`: the link is over, and what was saved of it goes along.
        """
        wanted = pb.Quarantine(folder=folder, target=target, with_snapshots=with_snapshots)
        await self._ask(pb.Command(session_id=session_id, quarantine=wanted))

    async def logout(self, session_id: str) -> None:
        """Tell WhatsApp that this device unlinks."""
        await self._ask(pb.Command(session_id=session_id, logout=pb.Logout()))

    async def send(self, session_id: str, message_id: str, to: str, message: bytes) -> SendAck:
        """Hand one message to WhatsApp and wait for its acknowledgement: see the seam `Sender`."""
        wanted = pb.Send(message_id=message_id, to=to, message=message)
        result = await self._ask(pb.Command(session_id=session_id, send=wanted), sending=True)
        it = result_of(result, "send")
        return SendAck(it.timestamp_ms, it.sender)
