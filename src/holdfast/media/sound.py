"""Sound and films, by ffmpeg where the machine has it. Blocking: for a thread.

What enters was made by strangers: ffmpeg is told which format to read, and may open this one file and
nothing else.
"""

import array
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from holdfast.model.errors import MediaDamaged, MediaToolMissing

_WITHIN_S: Final = 120.0
_BARS: Final = 64
_WAVE_RATE: Final = 4000
_PIECE_BYTES: Final = 64 * 1024
_OPUS_RATE: Final = 48_000
#: ffmpeg's reader of each type; what is not here is not given to it.
_READERS: Final[Mapping[str, str]] = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/mp4": "mov",
    "audio/aiff": "aiff",
    "audio/webm": "matroska",
    "video/mp4": "mov",
    "video/3gpp": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found out about sound or a film; 0 where nobody knows."""

    duration_s: int = 0
    width: int = 0
    height: int = 0


def look(path: Path, mimetype: str) -> Looked:
    """How long and how large; what is not known without ffmpeg is 0. Never raises: a player decides in the
    end.
    """
    if mimetype == "audio/ogg" and (seconds := opus_seconds(path)) is not None:
        return Looked(duration_s=seconds)
    reader, tool = _READERS.get(mimetype), shutil.which("ffprobe")
    if reader is None or tool is None:
        return Looked()
    asked = ("-show_entries", "format=duration:stream=width,height", "-of", "json")
    try:
        found = json.loads(_run([tool, *_input(path, reader), *asked]))
    except (MediaDamaged, ValueError):
        return Looked()
    streams = [each for each in found.get("streams", ()) if each.get("width")]
    seconds_text = str(found.get("format", {}).get("duration", "0"))
    seconds = round(float(seconds_text)) if seconds_text.replace(".", "", 1).isdigit() else 0
    first = streams[0] if streams else {}
    return Looked(min(seconds, 2**31 - 1), int(first.get("width", 0)), int(first.get("height", 0)))


def frame_of(path: Path, mimetype: str) -> bytes | None:
    """The first picture of a film as a small JPEG; None without ffmpeg, or when there is none."""
    reader, tool = _READERS.get(mimetype), shutil.which("ffmpeg")
    if reader is None or tool is None:
        return None
    small = ("-frames:v", "1", "-vf", "scale=100:-2", "-f", "mjpeg", "pipe:1")
    try:
        return _run([tool, *_input(path, reader), *small]) or None
    except MediaDamaged:
        return None


def is_opus(path: Path) -> bool:
    """True for sound that WhatsApp plays as a voice note as it is."""
    with path.open("rb") as file:
        return b"OpusHead" in file.read(128)


def opus_seconds(path: Path) -> int | None:
    """How long an Ogg file of Opus plays, by its last page; None for any other file."""
    with path.open("rb") as file:
        head = file.read(128)
        at = head.find(b"OpusHead")
        if at < 0:
            return None
        skipped = int.from_bytes(head[at + 10 : at + 12], "little")
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _PIECE_BYTES))
        tail = file.read()
    last = tail.rfind(b"OggS")
    samples = int.from_bytes(tail[last + 6 : last + 14], "little", signed=True) if last >= 0 else 0
    return max(0, min(round((samples - skipped) / _OPUS_RATE), 2**31 - 1))


def to_voice(path: Path, mimetype: str, target: Path) -> None:
    """Write the sound of a file as a voice note: Ogg, Opus, one channel.

    Raises MediaToolMissing without ffmpeg, MediaDamaged.
    """
    reader, tool = _READERS.get(mimetype), shutil.which("ffmpeg")
    if tool is None:
        raise MediaToolMissing(
            "A voice note is made of this file by ffmpeg, which this machine does not have"
        )
    if reader is None:
        raise MediaDamaged(f"No voice note can be made of {mimetype}")
    voice = (
        "-vn",
        "-map_metadata",
        "-1",
        "-ac",
        "1",
        "-ar",
        str(_OPUS_RATE),
        "-c:a",
        "libopus",
        "-b:a",
        "32k",
    )
    _run([tool, *_input(path, reader), *voice, "-application", "voip", "-f", "ogg", "-y", str(target)])


def waveform_of(path: Path, seconds: int) -> bytes | None:
    """64 bars of 0 to 100, as WhatsApp draws a voice note; None without ffmpeg."""
    tool = shutil.which("ffmpeg")
    if tool is None:
        return None
    wave = ("-ac", "1", "-ar", str(_WAVE_RATE), "-f", "s16le", "pipe:1")
    per_bar = max(1, seconds * _WAVE_RATE // _BARS)
    sums, counts = [0] * _BARS, [0] * _BARS
    command = [tool, *_input(path, "ogg"), *wave]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as it:
        assert it.stdout is not None
        at = 0
        while piece := it.stdout.read(_PIECE_BYTES):
            samples = array.array("h", piece[: len(piece) // 2 * 2])
            for start in range(0, len(samples), per_bar):
                bar = min((at + start) // per_bar, _BARS - 1)
                some = samples[start : start + per_bar]
                sums[bar] += sum(map(abs, some))
                counts[bar] += len(some)
            at += len(samples)
    return bars(sums, counts)


def bars(sums: Sequence[int], counts: Sequence[int]) -> bytes:
    """Mean loudness per bar, the loudest 100."""
    means = [total / count if count else 0.0 for total, count in zip(sums, counts, strict=True)]
    loudest = max(means) or 1.0
    return bytes(round(100 * mean / loudest) for mean in means)


def _input(path: Path, reader: str) -> list[str]:
    quiet = ["-v", "error"]
    return [*quiet, "-protocol_whitelist", "file,pipe", "-f", reader, "-i", f"file:{path}"]


def _run(command: Sequence[str]) -> bytes:
    """The output of a program. Raises MediaDamaged when it fails or takes too long."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise MediaDamaged("Reading the file took too long") from exc
    if done.returncode != 0:
        raise MediaDamaged("The sound or film cannot be read")
    return done.stdout
