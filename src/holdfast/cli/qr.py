"""A QR code in half blocks: two rows of modules per line of text."""

from collections.abc import Sequence

_QUIET = 2


def half_blocks(code: str) -> Sequence[str]:
    """The code as lines of text. Draw them black on white: light modules are spaces."""
    import segno

    matrix = [[bool(cell) for cell in row] for row in segno.make(code, error="l").matrix]
    width = len(matrix[0]) + 2 * _QUIET
    quiet = [[False] * width for _ in range(_QUIET)]
    rows = [*quiet, *([False] * _QUIET + row + [False] * _QUIET for row in matrix), *quiet]
    if len(rows) % 2:
        rows.append([False] * width)
    glyphs = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
    return [
        "".join(glyphs[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
