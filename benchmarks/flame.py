"""A flame graph as a picture: `python -m benchmarks.flame TITLE < FOLDED > PICTURE.svg`.

Each line of what comes in is a stack, its frames separated by semicolons, and how often it was seen: the raw
format of py-spy, and what stack collapsers make of perf. Wide is much time; a frame stands on its caller.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Final
from zlib import crc32

_WIDTH: Final = 1200
_ROW: Final = 17
_SMALLEST: Final = 0.004  #: of everything: narrower frames are left out
_CHAR: Final = 6.2  #: the width of a letter


@dataclass(slots=True)
class Frame:
    """One function, called from one place."""

    count: int = 0
    calls: dict[str, "Frame"] = field(default_factory=dict)


def read(lines: Iterable[str]) -> Frame:
    """Every stack, from its outermost frame on."""
    root = Frame()
    for line in lines:
        stack, _, count = line.rstrip("\n").rpartition(" ")
        place = root
        place.count += int(count)
        for name in stack.split(";"):
            place = place.calls.setdefault(name, Frame())
            place.count += int(count)
    return root


def draw(root: Frame, title: str) -> str:
    """The picture; a frame's whole name and its share appear under the pointer."""
    boxes: list[str] = []
    deepest = _boxes(root, root.count, 0.0, 1, boxes)
    height = (deepest + 1) * _ROW + 8
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="monospace" '
        f'font-size="10"><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="4" y="12" font-size="12">{escape(title)}</text>'
    )
    return "\n".join([head, *boxes, "</svg>"]) + "\n"


def _boxes(frame: Frame, whole: int, left: float, row: int, boxes: list[str]) -> int:
    deepest = row
    for name, call in sorted(frame.calls.items()):
        share = call.count / whole
        if share >= _SMALLEST:
            boxes.append(_box(name, share, left, row))
            deepest = max(deepest, _boxes(call, whole, left, row + 1, boxes))
        left += share * _WIDTH
    return deepest


def _box(name: str, share: float, left: float, row: int) -> str:
    width, top = share * _WIDTH, row * _ROW
    letters = int((width - 4) / _CHAR)
    shown = "" if letters < 3 else name if len(name) <= letters else name[: letters - 1] + "…"
    colour = f"hsl({20 + crc32(name.encode()) % 40},80%,{66 + crc32(name.encode()) % 14}%)"
    return (
        f'<g><title>{escape(name)}: {100 * share:.1f} %</title><rect x="{left:.1f}" y="{top}" '
        f'width="{max(width - 0.4, 0.4):.1f}" height="{_ROW - 1}" fill="{colour}"/>'
        f'<text x="{left + 2:.1f}" y="{top + 12}">{escape(shown)}</text></g>'
    )


if __name__ == "__main__":
    sys.stdout.write(draw(read(sys.stdin), " ".join(sys.argv[1:])))
