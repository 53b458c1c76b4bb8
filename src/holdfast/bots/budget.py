"""What an assistant may still spend in a chat today: answers, tokens, money. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from holdfast.bots.endpoint import Answer
from holdfast.model.content import Json

_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Today:
    """What was spent in one chat on one day."""

    day: str
    answers: int = 0
    tokens: int = 0
    #: In the currency in which the owner wrote the model's prices.
    money: Decimal = Decimal(0)
    #: The contact knows that there are no more answers today.
    told: bool = False

    def used_up(self, rules: Mapping[str, Any]) -> bool:
        """Whether one of the limits of the document is reached."""
        most = Decimal(rules["money_per_day"])
        return (
            self.answers >= rules["messages_per_day"]
            or self.tokens >= rules["tokens_per_day"]
            or (most > 0 and self.money >= most)
        )

    def plus(self, answer: Answer, rules: Mapping[str, Any]) -> "Today":
        """With what an answer of the model cost."""
        cost = answer.tokens_in * Decimal(rules["input_price"])
        cost += answer.tokens_out * Decimal(rules["output_price"])
        tokens = self.tokens + answer.tokens_in + answer.tokens_out
        return replace(self, tokens=tokens, money=self.money + cost / _MILLION)

    def to_json(self) -> dict[str, Json]:
        """As it stands in the chat's state."""
        return {
            "day": self.day,
            "answers": self.answers,
            "tokens": self.tokens,
            "money": f"{self.money:f}",
            "told": self.told,
        }


def today(kept: Json, day: date) -> Today:
    """What was spent on this day so far, from the chat's state; nothing on a new day."""
    if not isinstance(kept, dict) or kept.get("day") != day.isoformat():
        return Today(day.isoformat())
    try:
        money = Decimal(str(kept.get("money", 0)))
    except InvalidOperation:
        money = Decimal(0)
    return Today(
        day.isoformat(), _count(kept, "answers"), _count(kept, "tokens"), money, bool(kept.get("told"))
    )


def _count(kept: Mapping[str, Json], name: str) -> int:
    found = kept.get(name)
    return found if isinstance(found, int) else 0
