"""What somebody looks for, and how each database is asked for it. Pure.

Several words have to be there all, in any order, each as the beginning of one; "words in quotes" stand
side by side as they are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.model.errors import RequestInvalid
from holdfast.search.words import words

LONGEST: Final = 1_000
_MOST_WORDS: Final = 32
_PART: Final = re.compile(r'"([^"]*)"?|([^\s"]+)')
#: Marks what is no word of a message but where it stands: no word begins with it.
_MARK: Final = "="
_NO_WORD: Final = re.compile(r"[^0-9a-z]")
#: As many positions as PostgreSQL knows in one text.
_LAST_POSITION: Final = 16_383


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; of the last one `begins` tells that it may go on."""

    words: tuple[str, ...]
    begins: bool


def parse(text: str) -> list[Term]:
    """The terms of a query. Raises RequestInvalid for one without a word, or with too many."""
    if len(text) > LONGEST:
        raise RequestInvalid(f"A search has at most {LONGEST:,} characters")
    terms: list[Term] = []
    for quoted, bare in _PART.findall(text.replace("\u201c", '"').replace("\u201d", '"')):
        found = tuple(words(quoted or bare))
        if found:
            terms.append(Term(found, begins=bool(bare)))
    if not terms:
        raise RequestInvalid("There is no word to look for", next_step="Name letters, digits or an emoji.")
    if sum(len(term.words) for term in terms) > _MOST_WORDS:
        raise RequestInvalid(f"A search has at most {_MOST_WORDS} words")
    return terms


def scope(kind: str, name: str) -> str:
    """The word under which everything of a tenant, session or chat, or about a message, is found."""
    return kind + _NO_WORD.sub("", name.lower())


def fts5(terms: Sequence[Term], scopes: Sequence[Sequence[str]]) -> str:
    """The query for SQLite. `scopes`: one of each group must be the row's."""
    parts = ["scope : (" + " OR ".join(f'"{each}"' for each in group) + ")" for group in scopes]
    for term in terms:
        parts.append(f'words : "{" ".join(term.words)}"' + (" *" if term.begins else ""))
    return " AND ".join(parts)


def tsquery(terms: Sequence[Term], scopes: Sequence[Sequence[str]]) -> str:
    """The same for PostgreSQL."""
    parts = ["(" + " | ".join(f"'{_MARK}{each}'" for each in group) + ")" for group in scopes]
    for term in terms:
        shown = [f"'{word}'" for word in term.words]
        parts.append("(" + " <-> ".join(shown) + (":*" if term.begins else "") + ")")
    return " & ".join(parts)


def tsvector(found: Sequence[str], scopes: Sequence[str]) -> str:
    """A message's words and scopes for PostgreSQL."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(found[:_LAST_POSITION], start=1):
        places.setdefault(word, []).append(str(place))
    shown = [f"'{word}':{','.join(at)}" for word, at in places.items()]
    return " ".join([*shown, *(f"'{_MARK}{each}'" for each in scopes)])
