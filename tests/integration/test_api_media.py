"""Files over HTTP: in by body or form, out whole or in parts, and nothing is kept of what is not right."""

import asyncio
import hashlib
import io
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from holdfast.accounts import Scope
from holdfast.model.ids import DEFAULT_TENANT, TenantId

from .served import Served, served, until

LIMIT = 300_000


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Served]:
    """A server that takes files of up to 300,000 bytes."""
    async with served(tmp_path, limit_bytes=LIMIT) as running:
        yield running


def picture(form: str = "PNG", size: tuple[int, int] = (160, 90)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 90)).save(out, form)
    return out.getvalue()


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


async def put(api: Served, body: bytes, mimetype: str = "", **query: str) -> httpx.Response:
    headers = {"Content-Type": mimetype} if mimetype else {}
    return await api.http.post("/v1/media", content=body, headers=headers, params=query)


def files(api: Served) -> list[str]:
    """What lies in the folder."""
    return sorted(each.name for each in api.media.iterdir())


async def test_what_is_uploaded_comes_back_and_the_same_bytes_are_one_file(api: Served) -> None:
    body = picture()
    first = (await put(api, body, "image/png", file_name="a.png")).json()
    sha256 = hashlib.sha256(body).hexdigest()
    assert (first["sha256"], first["size_bytes"], first["mimetype"]) == (sha256, len(body), "image/png")
    assert (first["width"], first["height"], first["has_thumbnail"]) == (160, 90, True)
    assert first["kinds"] == ["image", "document"]
    form = await api.http.post(
        "/v1/media", files={"file": ("b.png", body, "image/png")}, data={"note": "passed over"}
    )
    assert form.status_code == 201
    assert form.json()["media_id"] == first["media_id"]
    assert form.json()["file_name"] == "b.png"
    assert files(api) == [sha256]
    got = await api.http.get(f"/v1/media/{first['media_id']}")
    assert got.content == body
    small = await api.http.get(f"/v1/media/{first['media_id']}/thumbnail")
    assert Image.open(io.BytesIO(small.content)).size == (100, 56)
    info = (await api.http.get(f"/v1/media/{first['media_id']}/info")).json()
    assert info["sha256"] == sha256


@pytest.mark.parametrize(
    ("body", "mimetype", "status", "code"),
    [
        (b"", "image/png", 422, "media_empty"),
        (noise(LIMIT + 1), "", 413, "media_too_large"),
        (b"<html><script>", "image/jpeg", 415, "media_type_differs"),
        (picture(), "video/mp4", 415, "media_type_differs"),
        (b"MZ" + bytes(200), "application/pdf", 415, "media_type_differs"),
        (picture()[:60], "image/png", 422, "media_damaged"),
    ],
    ids=["no byte", "too large", "a page as a picture", "a picture as a film", "a program as a pdf", "cut"],
)
async def test_what_is_not_right_is_refused_and_nothing_is_kept(
    api: Served, body: bytes, mimetype: str, status: int, code: str
) -> None:
    refused = await put(api, body, mimetype)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert files(api) == []


async def test_a_large_file_is_refused_clearly_though_its_client_still_writes(api: Served) -> None:
    for body in (noise(5_000_000), ten_megabytes()):
        refused = await api.http.post("/v1/media", content=body)
        assert (refused.status_code, refused.json()["code"]) == (413, "media_too_large")
    assert files(api) == []


async def ten_megabytes() -> AsyncIterator[bytes]:
    for _ in range(100):
        yield bytes(100_000)


async def test_a_picture_that_claims_to_be_endless_is_not_decoded(api: Served) -> None:
    bomb = bytearray(picture())
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2  # the header's width and height
    refused = await put(api, bytes(bomb), "image/png")
    assert refused.json()["code"] == "media_damaged"
    assert files(api) == []


async def test_a_kind_takes_what_whatsapp_takes(api: Served) -> None:
    assert (await put(api, picture("GIF"), kind="image")).json()["code"] == "media_unfit"
    assert (await put(api, noise(100), kind="video")).json()["code"] == "media_unfit"
    sticker = (await put(api, picture(), kind="sticker")).json()
    assert (sticker["mimetype"], sticker["width"], sticker["height"]) == ("image/webp", 512, 512)
    assert "sticker" in sticker["kinds"]
    got = await api.http.get(f"/v1/media/{sticker['media_id']}")
    assert hashlib.sha256(got.content).hexdigest() == sticker["sha256"]
    assert files(api) == [sticker["sha256"]]


async def test_an_upload_that_breaks_off_leaves_nothing(api: Served) -> None:
    at = urlsplit(api.url)
    for head in (
        "Content-Length: 200000",
        "Content-Length: 200000\r\nContent-Type: multipart/form-data; boundary=x",
    ):
        _, writer = await asyncio.open_connection(at.hostname, at.port)
        start = (
            f"POST /v1/media HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {api.key}\r\n{head}\r\n\r\n"
        )
        part = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n'
        writer.write(start.encode() + part + noise(100_000))
        await writer.drain()

        async def begun() -> bool:
            return bool(files(api))

        await until(begun)
        writer.transport.abort()

        async def gone() -> bool:
            return not files(api)

        await until(gone)


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=90-", 206, slice(90, 100)),
        ("bytes=-7", 206, slice(93, 100)),
        ("bytes=95-4000", 206, slice(95, 100)),
        ("bytes=0-", 200, slice(0, 100)),
        ("bytes=0-1,5-6", 200, slice(0, 100)),
        ("bytes=100-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
        ("lines=1-2", 200, slice(0, 100)),
    ],
)
async def test_a_range_is_what_it_says(api: Served, wanted: str, status: int, part: slice) -> None:
    body = noise(100)
    media_id = (await put(api, body)).json()["media_id"]
    got = await api.http.get(f"/v1/media/{media_id}", headers={"Range": wanted})
    assert got.status_code == status
    if status != 416:
        assert got.content == body[part]
    if status == 206:
        assert got.headers["content-range"] == f"bytes {part.start}-{part.stop - 1}/100"
    if status == 416:
        assert (got.headers["content-range"], got.json()["code"]) == ("bytes */100", "media_range_invalid")


async def test_a_client_that_has_the_file_is_told_so(api: Served) -> None:
    made = (await put(api, noise(100))).json()
    url, etag = f"/v1/media/{made['media_id']}", f'"{made["sha256"]}"'
    assert (await api.http.get(url, headers={"If-None-Match": etag})).status_code == 304
    head = await api.http.head(url)
    assert (head.status_code, head.headers["etag"], head.headers["content-length"]) == (200, etag, "100")
    other = await api.http.get(url, headers={"Range": "bytes=0-1", "If-Range": '"another"'})
    assert (other.status_code, len(other.content)) == (200, 100)


SHOWN: dict[str, tuple[bytes, str, str]] = {
    "picture": (picture(), "image/png", "inline"),
    "page": (b"<!DOCTYPE html><script>alert(1)</script>", "application/octet-stream", "attachment"),
    "drawing": (
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
        "application/octet-stream",
        "attachment",
    ),
    "text": (b"plain words", "application/octet-stream", "attachment"),
    "pdf": (b"%PDF-1.7 x", "application/pdf", "attachment"),
}


@pytest.mark.parametrize("name", SHOWN)
async def test_nothing_that_runs_is_shown_in_a_browser(api: Served, name: str) -> None:
    body, mimetype, disposition = SHOWN[name]
    made = (await put(api, body, file_name='e"vil\r\nX: y.html')).json()
    got = await api.http.get(f"/v1/media/{made['media_id']}")
    assert got.headers["content-type"] == mimetype
    assert got.headers["content-disposition"].startswith(f"{disposition}; ")
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "x" not in got.headers


async def test_a_file_is_its_tenants_alone(api: Served) -> None:
    made = (await put(api, b"ours")).json()
    other = await api.accounts.create_key(TenantId("ten_other"), "x", scopes=frozenset({Scope.READ}))
    theirs = {"Authorization": f"Bearer {other.key}"}
    for path in ("", "/info", "/thumbnail"):
        got = await api.http.get(f"/v1/media/{made['media_id']}{path}", headers=theirs)
        assert (got.status_code, got.json()["code"]) == (404, "unknown_media")
    assert (await api.http.post("/v1/media", content=b"x", headers=theirs)).status_code == 403
    reader = await api.accounts.create_key(DEFAULT_TENANT, "x", scopes=frozenset({Scope.SEND}))
    blind = {"Authorization": f"Bearer {reader.key}"}
    assert (await api.http.get(f"/v1/media/{made['media_id']}", headers=blind)).status_code == 403


async def test_a_long_body_is_read_piece_by_piece(api: Served) -> None:
    def pieces() -> Iterator[bytes]:
        for number in range(100):
            yield noise(2000 + number)

    async def body() -> AsyncIterator[bytes]:
        for piece in pieces():
            yield piece

    made = (await api.http.post("/v1/media", content=body())).json()
    assert made["sha256"] == hashlib.sha256(b"".join(pieces())).hexdigest()
