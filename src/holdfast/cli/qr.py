"""A QR code as lines of text: in half blocks, or in plain characters where a terminal has none."""

from collections.abc import Sequence

_QUIET = 2


def half_blocks(code: str) -> Sequence[str]:
    """The code, two rows of modules per line. Draw it black on white: light modules are spaces."""
    rows = _modules(code)
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    glyphs = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
    return [
        "".join(glyphs[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]


def blocks(code: str) -> Sequence[str]:
    """The code in ASCII, one row of modules per line, twice as wide and as high as in half blocks."""
    return ["".join("##" if dark else "  " for dark in row) for row in _modules(code)]


def _modules(code: str) -> list[list[bool]]:
    """Rows of dark and light, with the quiet border around them."""
    import segno

    matrix = [[bool(cell) for cell in row] for row in segno.make(code, error="l").matrix]
    quiet = [[False] * (len(matrix[0]) + 2 * _QUIET) for _ in range(_QUIET)]
    return [*quiet, *([False] * _QUIET + row + [False] * _QUIET for row in matrix), *quiet]
