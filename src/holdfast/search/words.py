"""A text as plain words, the same for what is indexed and for what is looked for. Pure.

Small letters without accents, and nothing but letters, digits and symbols: databases split words by rules of
their own, and find nothing to split here.
"""

import re
import unicodedata
from typing import Final

from holdfast.model.content import Content

#: Of one message. Longer words are cut, more words are not found.
MOST_WORDS: Final = 5_000
_LONGEST_WORD: Final = 64
#: Accents and other marks; what has no ink (zero width, direction) is left out too, also inside a word.
_LEFT_OUT: Final = frozenset({"Mn", "Me", "Cf"})
_OF_WORDS: Final = frozenset({"L", "N"})
#: Scripts that are written without spaces: each letter is a word, and a row of them a phrase.
_WITHOUT_SPACES: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
#: The parts of a content that a person reads.
_READ: Final = (
    "text", "file_name", "options", "name", "address", "display_name", "description", "place",
)  # fmt: skip


def words(text: str) -> list[str]:
    """The words of a text, in their order."""
    found: list[str] = []
    word: list[str] = []
    plain = unicodedata.normalize("NFKD", text.casefold())
    for character in unicodedata.normalize("NFC", "".join(filter(_is_kept, plain))):
        category = unicodedata.category(character)
        if category[0] in _OF_WORDS and not _WITHOUT_SPACES.match(character):
            word.append(character)
            continue
        if word:
            found.append("".join(word)[:_LONGEST_WORD])
            word.clear()
        if category[0] in _OF_WORDS or category == "So":
            found.append(character)
        if len(found) >= MOST_WORDS:
            return found[:MOST_WORDS]
    return [*found, "".join(word)[:_LONGEST_WORD]] if word else found


def readable(content: Content) -> str:
    """What a person reads of a content."""
    parts: list[str] = []
    for name in _READ:
        value = getattr(content, name, "")
        parts += value if isinstance(value, tuple) else [value]
    return " ".join(filter(None, parts))


def _is_kept(character: str) -> bool:
    return unicodedata.category(character) not in _LEFT_OUT
