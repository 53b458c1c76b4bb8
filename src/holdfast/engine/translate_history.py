"""Pieces of the messages of before the link, as values. Pure."""

from holdfast.engine import answers as a
from holdfast.engine.translate import delivery
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model.messages import InboundMessage


def history(session_id: str, it: pb.History) -> a.History:
    """A piece of history."""
    chats = [
        a.HistoryChat(
            chat=each.chat,
            chat_alt=each.chat_alt,
            name=each.name,
            archived=each.archived,
            muted_until_ms=each.muted_until_ms or None,
            unread=each.unread,
        )
        for each in it.chats
    ]
    told = [delivery(pb.Delivery(session_id=session_id, message=each)) for each in it.messages]
    return a.History(chats, [each for each in told if isinstance(each, InboundMessage)], it.next)
