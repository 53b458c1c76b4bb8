"""Words that came from outside, made harmless for a terminal: what would act is shown instead.

A stranger chooses names and texts. A terminal obeys some of their characters (colours, the clipboard, the
direction of writing), and a line break in them would forge a line of ours.
"""

import unicodedata
from typing import Final

_ZERO_WIDTH_JOINER: Final = "\u200d"
_EMOJI_VARIANT: Final = "\ufe0f"
_SIGNS: Final = {"\n": "⏎", "\u2028": "⏎", "\u2029": "⏎", "\x85": "⏎", "\x7f": "␡"}
#: Controls, what has no shape but an effect (bidirectional marks, zero width), halves of a character.
_ACTING: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def one_line(text: str) -> str:
    """The text on one line, with every character that would act replaced by a sign for it.

    Controls become their pictures (`␛`), line breaks `⏎`, everything else without a shape its code point
    (`<U+202E>`). Emoji that are joined to one picture stay joined.
    """
    return (
        text
        if text.isascii() and text.isprintable()
        else "".join(map(_shown, range(len(text)), [text] * len(text)))
    )


def lines(text: str) -> str:
    """The same for text of ours that has several lines: their breaks stay."""
    return "\n".join(one_line(line) for line in text.split("\n"))


def _shown(at: int, text: str) -> str:
    character = text[at]
    if character in _SIGNS:
        return _SIGNS[character]
    if unicodedata.category(character) not in _ACTING or _joins(at, text):
        return character
    return chr(0x2400 + ord(character)) if character < " " else f"<U+{ord(character):04X}>"


def _joins(at: int, text: str) -> bool:
    """True for the joiner inside one emoji of several, such as a family."""
    if text[at] != _ZERO_WIDTH_JOINER or not 0 < at < len(text) - 1:
        return False
    return _is_picture(text[at - 1]) and _is_picture(text[at + 1])


def _is_picture(character: str) -> bool:
    return character == _EMOJI_VARIANT or unicodedata.category(character) in {"So", "Sk"}
