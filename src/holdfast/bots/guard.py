"""What a model may not say, whatever it was talked into: its instructions, and prices of its own. Pure."""

import re
from typing import Final

#: So many characters of the instructions in a row are a leak.
_LEAK: Final = 50
_MONEY: Final = re.compile(
    r"(?:[€$£]|\b(?:eur|usd|gbp|brl|chf|euros?|dollars?|r\$))\s*(\d[\d.,]*)"
    r"|(\d[\d.,]*)\s*(?:[€$£]|(?:eur|usd|gbp|brl|chf|euros?|dollars?|reais)\b)",
    re.IGNORECASE,
)

#: An amount that is spelled, as in "forty-five euros": said only where the sources spell it so.
_SPELLED: Final = re.compile(
    r"\b([^\W\d_-]*(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|teen|ty|hundred|thousand"
    r"|eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zig|ßig|hundert|tausend"
    r"|dois|três|quatro|cinco|seis|sete|oito|nove|dez|onze|doze|inte|[ei]nta|cem|centos?|mil"
    r"|dos|tres|cuatro|siete|ocho|nueve|diez|once|doce|cien|cientos?))"
    r"[ -]+(?:euros?|dollars?|reais|pounds?|francs?|dólares|franken)\b",
    re.IGNORECASE,
)
_ANY: Final = re.compile(r"\d[\d.,]*")
#: An amount without its currency: "the price is 45", "costs 45".
_PRICED: Final = re.compile(
    r"\b(?:price|fare|total|costs?|preis|kostet|fahrpreis|preço|custa|precio|cuesta|tarifa)\b[^.\d\n]{0,20}?"
    r"(\d{2,}(?:[.,]\d+)?|\d[.,]\d{2})\b(?!\s?(?:%|:|km|min|h\b|hours?|stunden?|horas?"
    r"|days?|tagen?|dias?|people|persons?|passengers?|personen|pessoas?|personas?|seats?|uhr|am\b|pm\b))",
    re.IGNORECASE,
)


def leaks(answer: str, instructions: str) -> bool:
    """Whether an answer repeats a long piece of its instructions, however it is spaced or capitalised."""
    said, secret = _plain(answer), _plain(instructions)
    if len(secret) <= _LEAK:
        return len(secret) > _LEAK // 2 and secret in said
    return any(secret[begin : begin + _LEAK] in said for begin in range(0, len(secret) - _LEAK + 1))


def invents_a_price(answer: str, sources: str) -> bool:
    """Whether an answer names an amount of money that neither its instructions nor its tools name."""
    if not _amounts(answer) <= _amounts(sources):
        return True
    if not frozenset(map(_number, _PRICED.findall(answer))) <= frozenset(map(_number, _ANY.findall(sources))):
        return True
    return not frozenset(map(_plain, _SPELLED.findall(answer))) <= frozenset(_plain(sources).split())


def _amounts(text: str) -> frozenset[str]:
    return frozenset(_number(one or other) for one, other in _MONEY.findall(text))


def _number(text: str) -> str:
    """`1.250,00` and `1250` are the same amount."""
    digits = re.sub(r"[.,]00?$", "", text.rstrip(".,"))
    return re.sub(r"[.,]", "", digits)


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()
