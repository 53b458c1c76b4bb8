"""Templates filled in: names, times of day, dates. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

#: By language: until which hour it is said, and what. The last holds for the rest of the day.
_GREETINGS: Final[Mapping[str, tuple[tuple[int, str], ...]]] = {
    "en": ((5, "Good evening"), (12, "Good morning"), (18, "Good afternoon"), (24, "Good evening")),
    "de": ((5, "Guten Abend"), (11, "Guten Morgen"), (18, "Guten Tag"), (24, "Guten Abend")),
    "pt": ((5, "Boa noite"), (12, "Bom dia"), (18, "Boa tarde"), (24, "Boa noite")),
    "es": ((5, "Buenas noches"), (13, "Buenos días"), (20, "Buenas tardes"), (24, "Buenas noches")),
    "fr": ((5, "Bonsoir"), (18, "Bonjour"), (24, "Bonsoir")),
    "it": ((5, "Buonasera"), (17, "Buongiorno"), (24, "Buonasera")),
}


def greeting_at(at: datetime, language: str) -> str:
    """Good morning, or whatever is said at this hour. English where the language has none here."""
    said = _GREETINGS.get(language) or _GREETINGS["en"]
    return next(words for until, words in said if at.hour < until)


def filled(template: str, name: str, at: datetime, language: str) -> str:
    """The template with its places filled in; without a name the blank or comma before it goes too."""
    name = " ".join(name.split())[:60]
    if not name:
        template = template.replace(", {name}", "").replace(" {name}", "")
    values = {
        "name": name,
        "greeting": greeting_at(at, language),
        "time": f"{at:%H:%M}",
        "date": f"{at:%Y-%m-%d}",
    }
    for key, value in values.items():
        # A name that looks like a place is left as it is: what a stranger calls himself is no template.
        template = template.replace("{" + key + "}", value.replace("{", "(").replace("}", ")"))
    return template
