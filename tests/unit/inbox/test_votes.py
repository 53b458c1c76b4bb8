"""A vote holds hashes; the poll that is here has their names."""

from hashlib import sha256

import pytest

from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.model.content import Poll, PollVote
from holdfast.store import Store
from rooms import NobodyTold, add_session, message, told


@pytest.fixture
async def inbox(store: Store, journal: Journal) -> Inbox:
    """An inbox for the session `ses_a`."""
    await add_session(store, "ses_a", name="shop")
    return Inbox(store, journal, NobodyTold(), clock=lambda: 5_000)


async def test_a_vote_says_what_was_chosen_when_its_poll_is_here(inbox: Inbox, journal: Journal) -> None:
    hashes = tuple(sha256(each.encode()).hexdigest() for each in ("no", "perhaps"))
    poll = message(1, "P1", content=Poll("Lunch?", ("yes", "no", "perhaps")))
    early = message(2, "V1", content=PollVote("P1", (), hashes))
    assert await inbox.receive([poll, early]) == [1, 2]
    later = message(3, "V2", content=PollVote("P1", (), hashes[:1]))
    stray = message(4, "V3", content=PollVote("P9", (), hashes))
    assert await inbox.receive([later, stray, message(5, "V4", content=PollVote("P1"))]) == [3, 4, 5]
    contents = {it["message_id"]: it["content"] for it in await told(journal)}
    assert {name: contents[name]["options"] for name in ("V1", "V2", "V3", "V4")} == {
        "V1": ["no", "perhaps"],
        "V2": ["no"],
        "V3": [],
        "V4": [],
    }
    assert contents["V3"]["hashes"] == list(hashes)
