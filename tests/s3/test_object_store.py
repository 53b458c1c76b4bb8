"""Files in a bucket of a real S3 server: what the seam promises, and whole processes above it."""

import hashlib
import os
import random
from pathlib import Path

import pytest
from pydantic import SecretStr
from s3_server import KEY, SECRET

from holdfast.lab import Simulator
from holdfast.media import Bucket, ObjectStore
from holdfast.model.errors import MediaStorageFailed
from house import running_house


def bucket(endpoint: str, secret: str = SECRET) -> Bucket:
    return Bucket("files", "a/b", endpoint, access_key=KEY, secret_key=SecretStr(secret))


def laid(folder: Path, body: bytes) -> str:
    name = hashlib.sha256(body).hexdigest()
    (folder / name).write_bytes(body)
    return name


async def test_a_file_goes_there_and_comes_back_whole_and_in_parts(endpoint: str, tmp_path: Path) -> None:
    store = ObjectStore(bucket(endpoint), tmp_path)
    body = random.Random(1).randbytes(20_000_000)  # more than one part
    name = laid(tmp_path, body)
    assert await store.size(name) is None
    await store.keep(name)
    assert os.listdir(tmp_path) == []
    assert await store.size(name) == len(body)
    assert b"".join([piece async for piece in store.read(name, 0, len(body))]) == body
    assert b"".join([piece async for piece in store.read(name, 7, 100)]) == body[7:107]
    async with store.at_hand(name):
        assert (tmp_path / name).read_bytes() == body
        async with store.at_hand(name):  # twice at a time
            pass
        assert (tmp_path / name).exists()
    assert os.listdir(tmp_path) == []
    assert [each[0] for each in await store.names()] == [name]
    await store.delete(name)
    await store.delete(name)
    assert await store.size(name) is None


async def test_what_is_not_there_and_who_may_not_are_told_apart(endpoint: str, tmp_path: Path) -> None:
    store = ObjectStore(bucket(endpoint), tmp_path)
    with pytest.raises(FileNotFoundError):
        async with store.at_hand("0" * 64):
            pass
    with pytest.raises(MediaStorageFailed):
        await anext(store.read("0" * 64, 0, 1))
    stranger = ObjectStore(bucket(endpoint, "wrong"), tmp_path)
    with pytest.raises(MediaStorageFailed):
        await stranger.size("0" * 64)


async def test_a_gateway_with_a_bucket_sends_and_receives(
    endpoint: str, tmp_path: Path, simulator: Simulator
) -> None:
    extra = {
        "HOLDFAST_MEDIA_BUCKET": "s3://files/of/gateway",
        "HOLDFAST_MEDIA_ENDPOINT": endpoint,
        "HOLDFAST_MEDIA_ACCESS_KEY": KEY,
        "HOLDFAST_MEDIA_SECRET_KEY": SECRET,
    }
    body = random.Random(2).randbytes(300_000)
    async with running_house(tmp_path, simulator, extra) as house:
        number, _ = await house.link("taxi")
        guest = await simulator.phone("Guest")
        made = await house.ask("POST", "/v1/media", 201, content=body)
        content = {"kind": "document", "media_id": made["media_id"]}
        sent = await house.ask(
            "POST", "/v1/sessions/taxi/messages", 202, json={"to": f"+{guest.phone}", "content": content}
        )
        seen = await guest.wait_for(id=sent["message_id"])
        assert (await guest.file(seen)).body == body
        await guest.send_file(number, body[:200_000], kind="document", file_name="a.bin")

        async def stored() -> bool:
            page = await house.ask("GET", "/v1/sessions/taxi/messages")
            return any(each["file"] and each["file"]["state"] == "stored" for each in page["messages"])

        await house.until(stored, "the file did not arrive")
        wanted = hashlib.sha256(body[:200_000]).hexdigest()
        page = await house.ask("GET", "/v1/sessions/taxi/messages", params={"direction": "in"})
        media_id = page["messages"][-1]["file"]["media_id"]
        part = await house.http.get(f"/v1/media/{media_id}", headers={"Range": "bytes=10-19"})
        assert part.content == body[10:20]
        assert part.headers["etag"] == f'"{wanted}"'
        assert os.listdir(house.place.data / "media") == []
