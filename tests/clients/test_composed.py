"""What Holdfast composes, byte for byte, as clients read it that share no code with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from stage import Stage

pytestmark = pytest.mark.timeout(120)

GOLDEN = Path(__file__).parents[2] / "proto" / "golden" / "content"
TARGET = "3EB0AAAA01"

# The golden messages that stand alone, and what a client shows of them. Votes are for whoever has the poll.
SHOWN: Mapping[str, Mapping[str, Any]] = {
    "text": {"kind": "text", "text": "grüße 😀 \u200f\u0634"},
    "text_reply": {"kind": "text", "text": "yes", "quoted": TARGET},
    "text_reply_to_own_picture": {"kind": "text", "text": "see", "quoted": TARGET},
    "text_forwarded": {"kind": "text", "text": "news"},
    "text_disappearing": {"kind": "text", "text": "psst"},
    "location": {"kind": "location", "text": "Gate"},
    "location_reply": {"kind": "location", "quoted": TARGET},
    "live_location": {"kind": "live_location"},
    "contact": {"kind": "contact", "text": "Ann"},
    "contacts": {"kind": "contacts"},
    "poll": {"kind": "poll", "text": "When?"},
    "poll_of_any_number": {"kind": "poll", "text": "Which?"},
    "event": {"kind": "event", "text": "Tea"},
    "event_bare": {"kind": "event", "text": "Tea"},
    "reaction": {"kind": "reaction", "text": "👍🏽", "target": TARGET},
    "reaction_taken_back": {"kind": "reaction", "text": "", "target": TARGET},
    "edit": {"kind": "edit", "text": "hello", "target": TARGET},
    "revoke": {"kind": "delete", "target": TARGET},
}


@pytest.mark.parametrize("name", SHOWN)
async def test_reads_what_holdfast_composes(stage: Stage, name: str) -> None:
    anna, ben, client = await stage.pair()
    id = await stage.send_raw(ben, anna, (GOLDEN / f"{name}.bin").read_bytes())
    got = await client.expect("message", id=id)
    assert {key: got.get(key) for key in SHOWN[name]} == SHOWN[name]
    await stage.settled(anna)
