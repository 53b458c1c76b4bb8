"""A gateway's data plane as a process that a kill point ends. Run by test_kill_points.py.

python dying_gateway.py FOLDER receive|accept|send
"""

import asyncio
import sys
from pathlib import Path

from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.kit import killpoint
from holdfast.messages import MessageReader
from holdfast.model.content import Text
from holdfast.model.messages import InboundMessage, SendAck
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox
from holdfast.outbox.v1.whatsapp_pb2 import Message
from holdfast.store import SqliteFile, Store

SESSION = SessionRef("ses_a", "ten_default", "shop", "4900000", "900000@lid")
CHAT = "11111@s.whatsapp.net"


class Phone:
    """Writes down each copy that arrives, in a file that outlives the gateway."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, session_id: str, message_id: str, to: str, message: bytes) -> SendAck:
        """See the seam Sender."""
        text = Message.FromString(message).conversation
        with self._path.open("a") as file:
            file.write(f"{message_id} {text}\n")
        return SendAck(1_000, "me@s.whatsapp.net")


async def main(folder: Path, act: str) -> None:
    """Do one thing, and print `confirmed`, `accepted` or `sent` if it comes so far."""
    killpoint.configure(folder / "kill-points")
    store = await Store.open(SqliteFile(folder / "holdfast.db"))
    journal = await Journal.open(store)
    outbox = Outbox(store, journal, Phone(folder / "phone"))
    if act == "receive":
        inbox = Inbox(store, journal, outbox)
        message = InboundMessage(7, "ses_a", 1, "M1", CHAT, CHAT, 1_000, Text("hi"), b"raw")
        print("confirmed", await inbox.receive([message]))
    elif act == "accept":
        print("accepted", (await outbox.accept(SESSION, CHAT, Text("hello"), "k")).message_id)
    else:
        work = asyncio.ensure_future(outbox.run())
        outbox.session_up("ses_a", "4900000")
        reader = MessageReader(store)
        row = (await reader.page("ses_a", chat=None, direction=None, after=0, limit=1))[0]
        async with asyncio.timeout(100):
            for _ in iter(int, 1):
                found = (await reader.get("ses_a", row.message_id)).outgoing
                if found is not None and found.status == "sent":
                    break
                await asyncio.sleep(0.005)
        print("sent", row.message_id)
        work.cancel()
        await asyncio.wait([work])
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
