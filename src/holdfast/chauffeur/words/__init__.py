"""What the bot says: one catalogue per language, sentences by key."""

from collections.abc import Mapping
from typing import Final

from holdfast.chauffeur.service import Language
from holdfast.chauffeur.words import de, en, es, pt
from holdfast.chauffeur.words.keys import Say

CATALOGUES: Final[Mapping[Language, Mapping[Say, str]]] = {
    "en": en.SENTENCES,
    "de": de.SENTENCES,
    "pt": pt.SENTENCES,
    "es": es.SENTENCES,
}

__all__ = ["CATALOGUES", "Say"]
