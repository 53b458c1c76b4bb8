"""What the event socket reads and writes, frame by frame."""

import json

import pytest

from holdfast.api.frames import _FRAME_CHARS, event_frames, parse
from holdfast.journal import Event
from holdfast.model.errors import RequestInvalid


def event(position: int, chars: int = 10) -> Event:
    wire = json.dumps({"n": position, "text": "x" * chars})
    return Event(
        position,
        f"c{position}",
        f"evt_{position}",
        "ten_default",
        "ses_a",
        position,
        "message.received",
        wire,
    )


def told(frames: list[str]) -> list[list[int]]:
    return [[each["n"] for each in json.loads(frame)["events"]] for frame in frames]


def test_events_share_a_frame_in_their_order() -> None:
    assert told(event_frames([event(n) for n in range(1, 6)])) == [[1, 2, 3, 4, 5]]
    assert event_frames([]) == []


def test_a_frame_is_bounded_and_a_huge_event_has_one_to_itself() -> None:
    huge = _FRAME_CHARS + 1
    assert told(event_frames([event(1), event(2, huge), event(3), event(4)])) == [[1], [2], [3, 4]]
    frames = event_frames([event(n, _FRAME_CHARS // 3) for n in range(1, 8)])
    assert [n for frame in told(frames) for n in frame] == list(range(1, 8))
    assert all(len(frame) < _FRAME_CHARS * 1.1 for frame in frames)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '"op"', "null", "[" * 100_000])
def test_what_is_no_frame_is_refused(text: str) -> None:
    with pytest.raises(RequestInvalid):
        parse(text)


def test_a_frame_is_its_op_and_its_fields() -> None:
    assert parse('{"op":"ack","cursor":"c"}') == ("ack", {"op": "ack", "cursor": "c"})
    assert parse("{}")[0] == "None"
