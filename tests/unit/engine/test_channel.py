"""The channel: batches, ids, and the frozen frames."""

from holdfast.engine.channel import Channel, FrameSplitter, frame
from holdfast.engine.v1 import engine_pb2 as pb


def sent(channel: Channel) -> list[pb.Down]:
    return [pb.Down.FromString(body) for body in FrameSplitter().feed(channel.data_to_send())]


def test_hello_is_alone_in_its_frame() -> None:
    channel = Channel("gtw_1", "0.1")
    channel.hello()
    channel.command(pb.Command(list=pb.List()))
    first, second = sent(channel)
    assert first == pb.Down(hello=pb.Hello(min_version=1, max_version=2, gateway_id="gtw_1", build="0.1"))
    assert second.commands[0].HasField("list")


def test_everything_since_the_last_take_is_one_batch() -> None:
    channel = Channel("gtw_1", "0.1")
    ids = [
        channel.command(pb.Command(session_id=f"ses_{n}", connect=pb.Connect(epoch=1))) for n in range(100)
    ]
    channel.confirm([1, 2, 3])
    channel.confirm([])
    (batch,) = sent(channel)
    assert [command.request_id for command in batch.commands] == ids == list(range(1, 101))
    assert list(batch.confirmed) == [1, 2, 3]
    assert channel.data_to_send() == b""


def test_a_batch_that_has_grown_is_closed() -> None:
    channel = Channel("gtw_1", "0.1")
    for n in range(5):
        channel.command(pb.Command(session_id="s", send=pb.Send(message_id=str(n), text="x" * 400_000)))
    frames = sent(channel)
    assert [command.send.message_id for it in frames for command in it.commands] == ["0", "1", "2", "3", "4"]
    assert len(frames) == 3


def test_one_message_larger_than_a_batch_still_goes() -> None:
    channel = Channel("gtw_1", "0.1")
    channel.command(pb.Command(send=pb.Send(text="x" * (3 << 20))))
    (only,) = sent(channel)
    assert len(only.commands[0].send.text) == 3 << 20


def test_an_engine_of_another_version_is_seen() -> None:
    channel = Channel("gtw_1", "0.1")
    (heard,) = channel.receive(_up(pb.Up(welcome=pb.Welcome(min_version=3, max_version=4, version=0, pid=7))))
    assert heard.identity.version == 0  # type: ignore[union-attr]
    (heard,) = Channel("gtw_1", "0.1").receive(_up(pb.Up(welcome=pb.Welcome(version=9))))
    assert heard.identity.version == 0  # type: ignore[union-attr]


def test_shutdown_is_the_frozen_frame() -> None:
    channel = Channel("", "")
    channel.shutdown("upgrade")
    assert sent(channel) == [pb.Down(shutdown=pb.Shutdown(reason="upgrade"))]


def _up(up: pb.Up) -> bytes:
    body = up.SerializeToString()
    return len(body).to_bytes(4, "big") + body


def test_frame_is_big_endian() -> None:
    assert frame(pb.Down(shutdown=pb.Shutdown()))[:4] == b"\x00\x00\x00\x02"
