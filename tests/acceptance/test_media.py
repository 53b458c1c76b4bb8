"""Files between phones and programs, with real processes: the same bytes on both sides, fetched once."""

import hashlib
import io
import random
from typing import Any

from PIL import Image

from holdfast.lab import Phone
from house import House


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that do not repeat."""
    return random.Random(seed).randbytes(size)


def picture(width: int = 64, height: int = 48) -> bytes:
    """A JPEG."""
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), noise(3 * width * height)).save(out, "JPEG")
    return out.getvalue()


async def message_with(house: House, state: str = "stored", kind: str | None = None) -> dict[str, Any]:
    """The newest message with a file in this state, when there is one."""
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        page = await house.ask("GET", "/v1/sessions/taxi/messages", params={"limit": 500})
        found[:] = [
            each
            for each in page["messages"]
            if each["file"] and each["file"]["state"] == state and kind in {None, each["content"]["kind"]}
        ]
        return bool(found)

    await house.until(there, f"no file became {state}")
    return found[-1]


async def file_events(house: House) -> list[dict[str, Any]]:
    """What the journal tells of files."""
    page = await house.ask(
        "GET", "/v1/events", params={"format": "json", "after": "", "type": "message.file"}
    )
    return [each["data"] for each in page["events"]]


FILES = {
    "image": ("image/jpeg", picture()),
    "video": ("video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + noise(70_000, 2)),
    "audio": ("audio/mpeg", b"ID3\x03\0\0\0\0\0\0" + noise(50_000, 3)),
    "voice": ("audio/ogg; codecs=opus", b"OggS" + noise(40_000, 4)),
    "document": ("application/pdf", b"%PDF-1.7\n" + noise(90_000, 5)),
    "sticker": ("image/webp", b"RIFF\x10\x20\0\0WEBPVP8 " + noise(8_000, 6)),
}


async def test_each_kind_of_file_arrives_with_its_bytes(house: House) -> None:
    number, _ = await house.link("taxi")
    guest: Phone = await house.simulator.phone("Guest")
    for kind, (mimetype, body) in FILES.items():
        await guest.send_file(number, body, kind=kind, mimetype=mimetype, file_name=f"a {kind}")
        message = await message_with(house, kind=kind)
        assert message["content"]["media_id"] == message["file"]["media_id"]
        answer = await house.http.get(f"/v1/media/{message['file']['media_id']}")
        assert answer.content == body, kind
        assert answer.headers["etag"] == f'"{hashlib.sha256(body).hexdigest()}"'
        assert answer.headers["x-content-type-options"] == "nosniff"
    told = await file_events(house)
    assert [each["state"] for each in told] == ["stored"] * len(FILES)
    # The same file again is known: it is here at once, and nobody asks for it.
    await guest.send_file(number, FILES["document"][1], kind="document")

    async def eighth() -> bool:
        return len(await file_events(house)) == len(FILES) + 1

    await house.until(eighth, "the file that is known was not told")
