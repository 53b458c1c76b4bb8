"""The code that a phone scans: whole or not at all, black on white on every terminal."""

import io

import pytest
from rich.console import Console

from holdfast.cli.pictures import ScannedCode, fits
from holdfast.client import Qr

CODE = "https://wa.me/settings/linked_devices#2@" + "A" * 88 + ("," + "B" * 43 + "=") * 3 + ",1"
QR = Qr(code=CODE, index=1, of=6, valid_until=None, expires_in_s=59.0)
WAYS = ("`holdfast pair office --code +49…`",)


def shown(width: int, height: int, *, no_color: bool = False, colours: str = "256") -> str:
    out = io.StringIO()
    window = Console(
        file=out, force_terminal=True, width=width, height=height, no_color=no_color, color_system=colours
    )
    window.print(ScannedCode(QR, WAYS))
    return out.getvalue()


def test_a_window_of_80_by_24_shows_the_other_ways_and_no_piece_of_the_code() -> None:
    said = shown(80, 24)
    assert not set("▀▄█") & set(said)
    assert WAYS[0] in said
    assert len(said.splitlines()) < 24


def test_where_it_fits_the_hint_stands_below_it() -> None:
    lines = shown(100, 40).splitlines()
    assert "scan this" in lines[-2]
    assert "code 1 of 6" in lines[-1]
    assert set("▀▄█") & set(lines[1])
    assert len(lines) <= 40


def test_it_is_drawn_only_when_all_of_it_fits() -> None:
    height = len(shown(100, 99).splitlines())
    window = Console(force_terminal=True, width=100, height=height, file=io.StringIO())
    assert fits(CODE, window)
    window.size = window.size._replace(height=height - 1)  # type: ignore[assignment]
    assert not fits(CODE, window)


@pytest.mark.parametrize(
    ("colours", "said"),
    [("256", "38;5;16;48;5;231"), ("truecolor", "38;5;16;48;5;231"), ("standard", "30;47")],
)
def test_without_colours_it_is_black_on_white_all_the_same(colours: str, said: str) -> None:
    lines = [it for it in shown(100, 40, no_color=True, colours=colours).splitlines() if set("▀▄█") & set(it)]
    assert lines
    assert all(it.startswith(f"\x1b[{said}m") and it.endswith("\x1b[0m") for it in lines)
