"""What tests of files share: bytes of every kind, uploads, and where the file of a message stands."""

import io
import os
import random
import subprocess
from pathlib import Path
from typing import Any

from PIL import Image

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


def halves(house: House) -> list[Path]:
    """What lies in the folder of files beside whole ones."""
    folder = house.place.data / "media"
    return [folder / each for each in os.listdir(folder) if each.startswith(".")]


async def strikes(house: House, rule: int) -> int:
    """How often a rule of the simulator has struck."""
    return next(each.strikes for each in await house.simulator.faults() if each.id == rule)


async def put(house: House, body: bytes, mimetype: str = "", **query: str) -> dict[str, Any]:
    """Upload a file."""
    headers = {"Content-Type": mimetype or "application/octet-stream"}
    made: dict[str, Any] = await house.ask(
        "POST", "/v1/media", 201, content=body, headers=headers, params=query
    )
    return made


async def send(house: House, to: str, content: dict[str, Any], **more: Any) -> str:
    """Send a content; the message's id."""
    body = {"to": f"+{to}", "content": content, **more}
    answer = await house.ask("POST", "/v1/sessions/taxi/messages", 202, json=body)
    return str(answer["message_id"])


def sound(codec: str, form: str, seconds: float = 2.0) -> bytes:
    """A tone, made by ffmpeg."""
    tone = ("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}")
    out = ("-c:a", codec, "-f", form, "pipe:1")
    return subprocess.run(("ffmpeg", "-v", "error", *tone, *out), capture_output=True, check=True).stdout


def film() -> bytes:
    """A short film, made by ffmpeg."""
    shown = ("-f", "lavfi", "-i", "testsrc=duration=1:size=64x48:rate=5", "-pix_fmt", "yuv420p")
    out = ("-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1")
    return subprocess.run(("ffmpeg", "-v", "error", *shown, *out), capture_output=True, check=True).stdout
