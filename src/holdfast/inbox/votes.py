"""The names behind a vote, which holds only their hashes. Pure."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from holdfast.model.content import Content, Poll, PollVote

#: The poll of this message id, or None if it is not here.
FindPoll = Callable[[str], Content | None]


def named(vote: PollVote, find: FindPoll) -> PollVote:
    """The vote with the options that it names, in the poll's order; as it is when the poll is not here."""
    if not vote.hashes:
        return vote
    poll = find(vote.poll)
    if not isinstance(poll, Poll):
        return vote
    chosen = tuple(each for each in poll.options if sha256(each.encode()).hexdigest() in vote.hashes)
    return replace(vote, options=chosen)
