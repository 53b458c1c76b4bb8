"""The language of whoever reads: chosen once per request, and every sentence looked up in its catalogue.

`_`, `ngettext`, `N_` and `NN_` are gettext's: a sentence stands in the code in English, and in
`translations/` in every other language. Values are `%(named)s`, so that a language may put them in another
order; a percent sign is `%%`.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

from babel.numbers import format_decimal

FOLDER: Final = Path(__file__).parent / "translations"


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the pages."""

    #: As HTML and browsers call it (BCP 47).
    code: str
    #: Its own name, for those who read nothing else.
    name: str
    #: How dates, numbers and lengths of time are written in it (CLDR), and the name of its catalogue.
    locale: str


#: Its catalogue is the code.
ENGLISH: Final = Language("en", "English", "en_GB")
#: Every sentence in brackets, so that one that is in no catalogue is seen. A browser gets it that asks for
#: `en-XA`, the pseudo-locale of other systems too; it is not offered.
PSEUDO: Final = Language("en-XA", "[English]", "en_GB")
#: What is offered, by its code.
LANGUAGES: Final = {
    it.code: it
    for it in (
        ENGLISH,
        Language("de", "Deutsch", "de"),
        Language("es", "Español", "es"),
        Language("pt-BR", "Português (Brasil)", "pt_BR"),
    )
}
_BY_TAG: Final = {it.code.lower(): it for it in (*LANGUAGES.values(), PSEUDO)} | {"pt": LANGUAGES["pt-BR"]}

_SPOKEN: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def spoken() -> Language:
    """The language in which sentences are said now."""
    return _SPOKEN.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Inside the block, and in tasks that begin in it, sentences are said in this language."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def preferred(accepted: str) -> Language:
    """The language that an `Accept-Language` likes best; English where it likes none that there is."""
    weighed = (_weighed(it) for it in accepted.split(","))
    for _quality, tag in sorted((it for it in weighed if it[0] > 0), key=lambda it: -it[0]):
        found = _BY_TAG.get(tag) or _BY_TAG.get(tag.partition("-")[0])
        if found is not None:
            return found
    return ENGLISH


def _weighed(part: str) -> tuple[float, str]:
    tag, _semicolon, quality = part.strip().lower().partition(";")
    try:
        return float(quality.strip().removeprefix("q=") or 1), tag.strip()
    except ValueError:
        return 0.0, tag


# ---- sentences -------------------------------------------------------------------------------------------


def _(message: str, **values: object) -> str:
    """The sentence in the language that is spoken, with its values; English where the catalogue lacks it."""
    return lookup(message) % values


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The sentence that this language has for so many, with its values. `%(num)s` is the count."""
    return lookup_plural(one, many, count) % {"num": format_decimal(count, locale=spoken().locale), **values}


def N_(message: str) -> str:
    """Marks a sentence of a table for the catalogues. It is looked up where it is shown."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:
    """Marks a sentence of a table that depends on a count: of one, and of several."""
    return one, many


def lookup(message: str) -> str:
    """The sentence without its values."""
    return _catalogue(spoken()).gettext(message) if message else ""


def lookup_plural(one: str, many: str, count: int) -> str:
    """The sentence for so many, without its values."""
    return _catalogue(spoken()).ngettext(one, many, count)


class _Bracketed(NullTranslations):
    """Every sentence that the catalogues have shows where it begins and ends."""

    def __init__(self, known: frozenset[str]) -> None:
        super().__init__()
        self._known = known

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧" if message in self._known else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        said = msgid1 if n == 1 else msgid2
        return f"⟦{said}⟧" if msgid1 in self._known else said


@cache
def _catalogue(language: Language) -> NullTranslations:
    if language is ENGLISH:
        return NullTranslations()
    # Loaded with the first page in another language.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whose = LANGUAGES["de"] if language is PSEUDO else language
    with (FOLDER / f"{whose.locale}.po").open("rb") as file:
        read = read_po(file, locale=whose.locale)
    if language is PSEUDO:
        return _Bracketed(frozenset(it.id if isinstance(it.id, str) else it.id[0] for it in read if it.id))
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return GNUTranslations(compiled)
