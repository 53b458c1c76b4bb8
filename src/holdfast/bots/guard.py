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


def leaks(answer: str, instructions: str) -> bool:
    """Whether an answer repeats a long piece of its instructions, however it is spaced or capitalised."""
    said, secret = _plain(answer), _plain(instructions)
    if len(secret) <= _LEAK:
        return len(secret) > _LEAK // 2 and secret in said
    return any(secret[begin : begin + _LEAK] in said for begin in range(0, len(secret) - _LEAK + 1))


def invents_a_price(answer: str, sources: str) -> bool:
    """Whether an answer names an amount of money that neither its instructions nor its tools name."""
    return not _amounts(answer) <= _amounts(sources)


def _amounts(text: str) -> frozenset[str]:
    return frozenset(_number(one or other) for one, other in _MONEY.findall(text))


def _number(text: str) -> str:
    """`1.250,00` and `1250` are the same amount."""
    digits = re.sub(r"[.,]00?$", "", text.rstrip(".,"))
    return re.sub(r"[.,]", "", digits)


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()
