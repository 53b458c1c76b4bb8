"""Which known name somebody meant who has misspelt one. Pure."""

from collections.abc import Collection
from typing import Final

#: How alike two names must be, of 100: one slip in four letters.
_ALIKE: Final = 70
_LONGEST: Final = 64


def nearest(word: str, known: Collection[str]) -> str | None:
    """The one of `known` that is most like `word`, None where none is alike enough. In capitals or not."""
    if not word or len(word) > _LONGEST:
        return None
    # Loaded at the first mistake, not at the start.
    from rapidfuzz import fuzz, process

    found = process.extractOne(word, known, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=_ALIKE)
    return None if found is None else str(found[0])
