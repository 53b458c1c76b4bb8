"""Files between Holdfast and clients that share no code with it: kind by kind, the same bytes, both ways."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from holdfast_stage import Both, met
from stage import Stage, decoded, encoded

from files_stage import film, message_with, noise, picture, put, send, sound

pytestmark = pytest.mark.timeout(180)

#: What is uploaded of each kind, how, and what is said beside it.
GIVEN: dict[str, tuple[bytes, dict[str, str], str]] = {
    "image": (picture(), {}, "look"),
    "video": (film(), {}, "look"),
    "audio": (sound("libmp3lame", "mp3"), {}, ""),
    "voice": (sound("libmp3lame", "mp3"), {"kind": "voice"}, ""),
    "document": (b"%PDF-1.7 " + noise(90_000), {"file_name": "bill.pdf"}, "please"),
    "sticker": (picture(), {"kind": "sticker"}, ""),
}


@pytest.fixture
async def both(stage: Stage) -> AsyncIterator[Both]:
    """Holdfast and a client, before they have said a word."""
    async with met(stage) as pair:
        yield pair


@pytest.mark.parametrize("kind", GIVEN)
async def test_reads_a_file_that_holdfast_sends(both: Both, kind: str) -> None:
    body, query, text = GIVEN[kind]
    made = await put(both.house, body, **query)
    said = {"text": text} if text else {}
    id = await send(both.house, both.phone, {"kind": kind, "media_id": made["media_id"], **said})
    got = await both.client.expect("message", id=id)
    assert (got["kind"], got["text"]) == (kind, text)
    file: dict[str, Any] = await both.client.order("download", id=id)
    assert hashlib.sha256(decoded(file["base64"])).hexdigest() == made["sha256"]


@pytest.mark.parametrize("kind", GIVEN)
async def test_holdfast_has_a_file_that_the_client_sends(both: Both, kind: str) -> None:
    body, _, text = GIVEN[kind]
    order = {"kind": kind, "base64": encoded(body), "caption": text or None}
    id = (await both.client.order("media", to=f"{both.number}@s.whatsapp.net", **order))["id"]
    message = await message_with(both.house, kind=kind)
    assert (message["message_id"], message["content"].get("text", "")) == (id, text)
    answer = await both.house.http.get(f"/v1/media/{message['file']['media_id']}")
    assert answer.content == body
