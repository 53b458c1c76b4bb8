"""Finds places of the owner's list in a customer's words, spelled well or badly. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from holdfast.chauffeur.service import KnownPlace, Places
from holdfast.chauffeur.trip import Place
from holdfast.chauffeur.vocabulary import plain

#: From here on a spelling counts as that place; between the two it is worth asking. Out of 100.
_SURE: Final = 86
_LIKELY: Final = 62
#: Places whose spellings fit this much alike are asked about.
_ALIKE: Final = 4
_MOST_OPTIONS: Final = 4


@dataclass(frozen=True, slots=True)
class Mention:
    """A place of the list that a text names exactly, and where it stands."""

    place: Place
    begin: int
    end: int


@dataclass(frozen=True)
class Atlas:
    """The list of places, ready to be searched."""

    places: Places

    @cached_property
    def _aliases(self) -> dict[str, KnownPlace]:
        """By name, longer names first: one may stand in another."""
        known = {plain(name).strip(): it for it in self.places.places for name in it.names}
        return {name: known[name] for name in sorted(known, key=len, reverse=True) if name}

    def mentions(self, low: str) -> Iterator[Mention]:
        """Names of places in a plain text, as they stand in the list, in the text's order."""
        taken: list[Mention] = []
        for name, known in self._aliases.items():
            start = low.find(name)
            while start >= 0:
                end = start + len(name)
                whole = not (low[start - 1 : start].isalnum() or low[end : end + 1].isalnum())
                if whole and all(end <= it.begin or start >= it.end for it in taken):
                    taken.append(Mention(known.place, start, end))
                start = low.find(name, start + 1)
        return iter(sorted(taken, key=lambda it: it.begin))

    def find(self, words: str) -> tuple[Place, ...]:
        """What a badly spelled name may mean: one place when that is sure, some to choose from, or none."""
        from rapidfuzz import fuzz

        wanted = re.sub(r"\s+", " ", re.sub(r"[^\w\s]", " ", plain(words))).strip()
        if len(wanted) < 3:
            return ()
        best: dict[str, tuple[float, KnownPlace]] = {}
        for name, known in self._aliases.items():
            score = max(fuzz.ratio(wanted, name), fuzz.token_set_ratio(wanted, name))
            if score >= _LIKELY and score > best.get(known.id, (0.0, known))[0]:
                best[known.id] = (score, known)
        ranked = sorted(best.values(), key=lambda it: (-it[0], it[1].id))
        if not ranked:
            return ()
        top = ranked[0][0]
        alike = [known.place for score, known in ranked if score >= top - _ALIKE]
        if top >= _SURE and len(alike) == 1:
            return (alike[0],)
        likely = tuple(known.place for _, known in ranked[:_MOST_OPTIONS])
        # One that is only likely must be asked about too, so it never stands alone.
        return likely if len(likely) > 1 else (likely[0], likely[0])
