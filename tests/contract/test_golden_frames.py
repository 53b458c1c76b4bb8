"""The protocol's wire form, held from the Python side: the same frames that the engine's tests read."""

from pathlib import Path

import pytest
from google.protobuf import text_format

from holdfast.engine import translate
from holdfast.engine.channel import Arrived, Channel, FrameSplitter, Welcomed, frame
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model.content import TYPES
from holdfast.model.errors import EngineProtocolError
from holdfast.model.messages import InboundMessage

GOLDEN = Path(__file__).parents[2] / "proto" / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.bin"))


def described(name: str) -> pb.Down | pb.Up:
    """The frame as its text says."""
    empty = pb.Down() if name.startswith("down") else pb.Up()
    return text_format.Parse((GOLDEN / f"{name}.txtpb").read_text(), empty)


def bodies(name: str) -> list[bytes]:
    """The frames of the file, cut."""
    return FrameSplitter().feed((GOLDEN / f"{name}.bin").read_bytes())


def test_there_are_golden_frames() -> None:
    assert len(NAMES) >= 15


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_frame_means_what_its_text_says(name: str) -> None:
    (body,) = bodies(name)
    wanted = described(name)
    assert type(wanted).FromString(body) == wanted
    assert wanted.SerializeToString(deterministic=True) == body


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("down")])
def test_what_is_sent_has_the_golden_length_prefix(name: str) -> None:
    wanted = described(name)
    assert isinstance(wanted, pb.Down)
    written = frame(wanted)
    assert FrameSplitter().feed(written) == [written[4:]]
    assert pb.Down.FromString(written[4:]) == wanted


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("up")])
@pytest.mark.parametrize("cut", [1, 3, 7, 10_000])
def test_the_channel_hears_every_golden_frame_however_it_is_cut(name: str, cut: int) -> None:
    up = described(name)
    assert isinstance(up, pb.Up)
    channel = Channel("gateway", "test")
    if not up.HasField("welcome"):
        channel.receive((GOLDEN / "up_welcome.bin").read_bytes())
    data = (GOLDEN / f"{name}.bin").read_bytes()
    heard = [it for start in range(0, len(data), cut) for it in channel.receive(data[start : start + cut])]
    (only,) = heard
    if isinstance(only, Welcomed):
        assert only.identity.version == up.welcome.version
        assert only.identity.engine_id == up.welcome.engine_id
        return
    assert isinstance(only, Arrived)
    assert len(only.results) == len(up.results)
    assert len(only.facts) == len(up.facts)
    assert [it.delivery_id for it in only.deliveries] == [it.delivery_id for it in up.deliveries]
    assert (only.levels is not None) == up.HasField("levels")
    if only.levels is not None:
        assert len(only.levels.sessions) == len(up.levels.sessions)


def test_every_kind_of_message_in_the_golden_frames_has_a_type_of_its_own() -> None:
    kinds = set()
    for name in NAMES:
        for it in getattr(described(name), "deliveries", []):
            if not it.HasField("message"):
                continue
            typed = translate.delivery(it)
            assert isinstance(typed, InboundMessage)
            assert typed.raw == it.message.raw
            kinds.add(typed.content.kind)
    assert kinds == set(TYPES)


@pytest.mark.parametrize("name", ["up_errors", "up_errors_2"])
def test_every_error_of_the_golden_frames_is_an_exception_with_one_line(name: str) -> None:
    up = described(name)
    assert isinstance(up, pb.Up)
    for result in up.results:
        for sending in (False, True):
            assert "\n" not in str(translate.error(result.error, sending=sending))


def test_every_error_code_has_a_golden_frame() -> None:
    codes = {
        result.error.code
        for name in ("up_errors", "up_errors_2", "up_errors_3", "up_errors_4")
        for result in described(name).results
    }  # type: ignore[union-attr]
    assert codes == set(pb.ErrorCode.values()) - {pb.ERROR_CODE_UNSPECIFIED}


def test_garbage_is_refused() -> None:
    with pytest.raises(EngineProtocolError):
        Channel("gateway", "test").receive(b"\xff\xff\xff\xff")
    with pytest.raises(EngineProtocolError):
        Channel("gateway", "test").receive(b"\x00\x00\x00\x03abc")
    with pytest.raises(EngineProtocolError):
        Channel("gateway", "test").receive((GOLDEN / "up_levels.bin").read_bytes())
