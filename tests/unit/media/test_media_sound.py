"""Voice notes: what is made of a sound, and what is known without ffmpeg."""

import subprocess
from pathlib import Path

import pytest

from holdfast.media import sound
from holdfast.media.examining import examine
from holdfast.media.kinds import VOICE_TYPE
from holdfast.model.errors import MediaDamaged, MediaToolMissing, MediaUnfit
from holdfast.model.media import FileKind


def made(folder: Path, name: str, *codec: str) -> Path:
    """Three seconds: one loud, one quiet, one loud."""
    path = folder / name
    tone = "aevalsrc='sin(880*PI*t)*if(between(t,1,2),0.02,0.8)':d=3:s=16000"
    command = ("ffmpeg", "-v", "error", "-f", "lavfi", "-i", tone, *codec, "-y", str(path))
    subprocess.run(command, check=True, capture_output=True)
    return path


def test_any_sound_becomes_a_voice_note_with_its_length_and_loudness(tmp_path: Path) -> None:
    wav = made(tmp_path, "tone.wav")
    voice = examine(wav, "audio/wav", FileKind.VOICE)
    assert voice.path != wav
    assert (voice.mimetype, voice.duration_s) == (VOICE_TYPE, 3)
    assert sound.is_opus(voice.path)
    assert voice.waveform is not None
    assert len(voice.waveform) == 64
    assert max(voice.waveform) == 100
    assert max(voice.waveform[24:40]) < 20  # the quiet second


def test_a_voice_note_stays_as_it_is(tmp_path: Path) -> None:
    ogg = made(tmp_path, "tone.ogg", "-c:a", "libopus", "-ac", "1")
    voice = examine(ogg, "audio/ogg; codecs=opus", FileKind.VOICE)
    assert (voice.path, voice.duration_s) == (ogg, 3)


def test_without_ffmpeg_a_voice_note_goes_out_and_another_sound_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ogg = made(tmp_path, "tone.ogg", "-c:a", "libopus", "-ac", "1")
    mp3 = made(tmp_path, "tone.mp3")
    monkeypatch.setenv("PATH", str(tmp_path))
    voice = examine(ogg, "", FileKind.VOICE)
    assert (voice.path, voice.duration_s, voice.waveform) == (ogg, 3, None)
    with pytest.raises(MediaToolMissing):
        examine(mp3, "", FileKind.VOICE)
    assert examine(mp3, "", FileKind.AUDIO).duration_s == 0


def test_what_is_no_sound_makes_no_voice_note(tmp_path: Path) -> None:
    text, torn = tmp_path / "a.txt", tmp_path / "a.mp3"
    text.write_bytes(b"words")
    torn.write_bytes(b"ID3\x03\0\0\0\0\0\0" + bytes(500))
    with pytest.raises(MediaUnfit):
        examine(text, "", FileKind.VOICE)
    with pytest.raises(MediaDamaged):
        examine(torn, "", FileKind.VOICE)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.mp3", "a.txt"]


def test_a_film_has_its_size_and_its_first_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    shown = ("-f", "lavfi", "-i", "testsrc=duration=2:size=64x48:rate=5", "-pix_fmt", "yuv420p")
    subprocess.run(("ffmpeg", "-v", "error", *shown, "-y", str(path)), check=True, capture_output=True)
    film = examine(path, "video/mp4", FileKind.VIDEO)
    assert (film.width, film.height, film.duration_s) == (64, 48, 2)
    assert film.thumbnail is not None
    assert film.thumbnail.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("sums", "counts", "shown"),
    [
        ([0, 0], [1, 1], [0, 0]),
        ([50, 100], [1, 1], [50, 100]),
        ([10, 10], [1, 2], [100, 50]),
        ([3, 0], [1, 0], [100, 0]),
    ],
)
def test_the_loudest_bar_is_a_hundred(sums: list[int], counts: list[int], shown: list[int]) -> None:
    assert list(sound.bars(sums, counts)) == shown
