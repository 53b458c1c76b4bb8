"""The shipped documents, as types: what a person may write into them. Their schemas are published.

Every field says what it is for, because forms are made of these.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from holdfast.configuration.kinds import Kind
from holdfast.configuration.legacy import prompts_from_old, prompts_to_old
from holdfast.kit.timezones import known_time_zones
from holdfast.model.content import Json
from holdfast.model.errors import RequestInvalid
from holdfast.model.hours import is_open


def _known_zone(name: str) -> str:
    if name not in known_time_zones():
        raise ValueError("there is no such time zone; write one like Europe/Berlin")
    return name


_PLACES: Final = re.compile(r"\{([^{}]*)\}")
#: What a template may name.
TEMPLATE_NAMES: Final = frozenset({"name", "greeting", "time", "date"})


def _template(text: str) -> str:
    unknown = sorted(set(_PLACES.findall(text)) - TEMPLATE_NAMES)
    if unknown:
        raise ValueError(f"{{{unknown[0]}}} is no place; there are {', '.join(sorted(TEMPLATE_NAMES))}")
    return text


TimeZone = Annotated[str, AfterValidator(_known_zone)]
Template = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_template)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]
Word = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]


class Part(BaseModel):
    """A part of a document: frozen, and strict about names that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# ---- hours -------------------------------------------------------------------------------------------------


class Day(StrEnum):
    """A day of the week, in the order of `date.weekday()`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Opening(Part):
    """When somebody is there. One that passes midnight belongs to the day on which it begins."""

    days: tuple[Day, ...] = Field(tuple(Day), min_length=1)
    from_time: time = Field(time(0), description="the first minute")
    until_time: time = Field(time(0), description="the first minute after it; the same as from_time: all day")


class Hours(Part):
    """When the business is open."""

    time_zone: TimeZone = Field("UTC", description="of all times here")
    openings: tuple[Opening, ...] = Field((), description="none: open at all times")
    closed_on: tuple[date, ...] = Field((), description="days on which nobody is there")
    country: str = Field("", pattern=r"^([A-Z]{2})?$", description="whose holidays are closed, as in DE")
    subdivision: str = Field("", max_length=10, description="of the country, as in BY")

    def is_open(self, at: datetime) -> bool:
        """Whether the business is open at this moment, which has a time zone."""
        return is_open(self.model_dump(mode="json"), at)

    @model_validator(mode="after")
    def _has_holidays(self) -> Self:
        if self.country:
            from holidays.utils import list_supported_countries

            known = list_supported_countries()
            if self.country not in known:
                raise ValueError(f"nothing is known of the holidays of {self.country}")
            if self.subdivision and self.subdivision not in known[self.country]:
                raise ValueError(f"{self.country} has no subdivision {self.subdivision}")
        return self


# ---- greeting ----------------------------------------------------------------------------------------------


class Wording(Part):
    """What is said in one language."""

    open: Template = Field(description="while the business is open")
    closed: Template | None = Field(None, description="while it is not; null: the same")


_HELLO: Final = Wording(open="{greeting} {name}, thank you for your message. We answer soon.", closed=None)


class Greeting(Part):
    """What somebody hears who writes after a while."""

    enabled: bool = False
    again_after_hours: int = Field(
        24, ge=1, le=24 * 366, description="one greeting per contact within so many hours"
    )
    language: Language = Field("en", description="for people whose language is not known")
    texts: dict[Language, Wording] = Field({"en": _HELLO}, min_length=1, description="by language, as in de")

    @model_validator(mode="after")
    def _speaks_its_language(self) -> Self:
        if self.language not in self.texts:
            raise ValueError(f"there is no text in {self.language}")
        return self


# ---- commands ----------------------------------------------------------------------------------------------


class Command(Part):
    """A command of one's own, and its answer."""

    name: Word = Field(description="without the slash")
    about: str = Field("", max_length=200, description="what /help says of it")
    answer: Template
    only_for: tuple[str, ...] = Field(
        (), description="phone numbers with country code that may use it; none: everybody"
    )


class Commands(Part):
    """What can be asked for by a word with a slash."""

    enabled: bool = True
    help: bool = Field(True, description="/help lists the commands")
    status: bool = Field(True, description="/status tells how the number is")
    commands: tuple[Command, ...] = ()

    @model_validator(mode="after")
    def _are_apart(self) -> Self:
        names = [it.name for it in self.commands]
        twice = next((name for name in names if names.count(name) > 1 or name in {"help", "status"}), None)
        if twice is not None:
            raise ValueError(f"there are two commands /{twice}")
        return self


# ---- prompts -----------------------------------------------------------------------------------------------


class Assistant(Part):
    """How far the assistant goes."""

    enabled: bool = False
    prompt: Word = Field("assistant", description="which of the prompts it follows")
    fallback: str = Field(
        "I cannot answer that now. Somebody will get back to you.",
        min_length=1,
        max_length=2000,
        description="said when the model does not answer",
    )
    messages_per_day: int = Field(50, ge=0, le=10_000, description="answers per chat and day")
    tokens_per_day: int = Field(100_000, ge=0, description="per chat and day, both ways")
    money_per_day: Money = Field(Decimal(0), description="per chat and day; 0: no limit")
    input_price: Money = Field(Decimal(0), description="of a million tokens that the model reads")
    output_price: Money = Field(Decimal(0), description="of a million tokens that the model writes")
    timeout_s: int = Field(30, ge=1, le=300)
    remembered: int = Field(20, ge=0, le=200, description="messages of the chat that it is shown")
    summary: bool = Field(True, description="what is older is told to the model in short")
    tools: tuple[Word, ...] = Field(
        ("hand_over",), max_length=20, description="what it may do; the chauffeur brings prices and bookings"
    )

    @model_validator(mode="after")
    def _knows_what_it_costs(self) -> Self:
        if self.money_per_day and not (self.input_price or self.output_price):
            raise ValueError("money_per_day needs input_price and output_price, of a million tokens")
        return self


class Prompts(Part):
    """What the assistant is told, by name."""

    prompts: dict[Word, Annotated[str, Field(min_length=1, max_length=20_000)]] = Field(
        {"assistant": "You answer customers of a small business, briefly and politely."}
    )
    assistant: Assistant = Assistant()

    @model_validator(mode="after")
    def _follows_one_that_is_there(self) -> Self:
        if self.assistant.prompt not in self.prompts:
            raise ValueError(f"there is no prompt {self.assistant.prompt!r}")
        return self


# ---- bots --------------------------------------------------------------------------------------------------


class StackOf(Part):
    """Other bots for one number, in their order."""

    session: str = Field(min_length=1, max_length=128, description="the session's name")
    bots: tuple[str, ...]


class Bots(Part):
    """Which bots run under `holdfast up`, the first that handles a message first."""

    enabled: tuple[str, ...] = Field(
        (), description="shipped ones by name (chauffeur, commands, assistant, greeting) or paths of files"
    )
    numbers: tuple[StackOf, ...] = Field((), description="numbers that have other bots, or another order")


# ---- previews ----------------------------------------------------------------------------------------------


class When(BaseModel):
    """A moment to look at."""

    at: datetime | None = Field(None, description="empty: now")


class Somebody(When):
    """Somebody who writes."""

    name: str = Field("Ann", max_length=80)


class Written(BaseModel):
    """What a customer writes."""

    text: str = Field("Are you open tomorrow?", max_length=4000, description="what a customer writes")
    prompt: str = Field("", max_length=32, description="empty: the one that the assistant follows")


def _preview_hours(document: BaseModel, question: Mapping[str, Json]) -> Sequence[str]:
    assert isinstance(document, Hours)
    at = _moment(question)
    return [f"{'Open' if document.is_open(at) else 'Closed'} at {at:%Y-%m-%d %H:%M %Z}."]


def _preview_greeting(document: BaseModel, question: Mapping[str, Json]) -> Sequence[str]:
    from holdfast.model.wording import filled

    assert isinstance(document, Greeting)
    at, name = _moment(question), str(question.get("name") or "Ann")
    said = []
    for language, wording in document.texts.items():
        said.append(f"{language}: {filled(wording.open, name, at, language)}")
        if wording.closed is not None:
            said.append(f"{language}, closed: {filled(wording.closed, name, at, language)}")
    return said


def _preview_commands(document: BaseModel, question: Mapping[str, Json]) -> Sequence[str]:
    from holdfast.model.wording import filled

    assert isinstance(document, Commands)
    at, name = _moment(question), str(question.get("name") or "Ann")
    if not document.enabled:
        return ["No command is answered."]
    said = [f"/{it.name}: {filled(it.answer, name, at, 'en')}" for it in document.commands]
    return [*(f"/{it}" for it in ("help", "status") if getattr(document, it)), *said]


async def _preview_prompts(document: BaseModel, question: Mapping[str, Json]) -> Sequence[str]:
    # A model is asked by the bots' own endpoint, which nothing else of the gateway needs.
    from holdfast.bots.endpoint import Endpoint
    from holdfast.bots.trying import Asked, try_prompt

    assert isinstance(document, Prompts)
    name = str(question.get("prompt") or document.assistant.prompt)
    if name not in document.prompts:
        raise RequestInvalid(f"There is no prompt {name!r}", next_step="Name one that the document has.")
    text = str(question.get("text") or "").strip()[:4000]
    if not text:
        raise RequestInvalid("There is nothing to answer", next_step="Write what a customer would write.")
    asked = Asked(text, document.prompts[name], document.assistant.model_dump(mode="json"))
    return await try_prompt(asked, Endpoint.of_environment())


def _moment(question: Mapping[str, Json]) -> datetime:
    """The question's `at`, else now. Raises RequestInvalid."""
    given = question.get("at")
    try:
        at = datetime.now().astimezone() if given is None else datetime.fromisoformat(str(given))
        # What is asked about it is asked in some time zone, in which the calendar's edge has no date.
        if not MINYEAR < at.year < MAXYEAR:
            raise ValueError("the calendar's edge")
    except ValueError:
        raise RequestInvalid("`at` is no time", next_step="Write it like 2026-12-24T18:00:00Z.") from None
    return at if at.tzinfo is not None else at.astimezone()


KINDS: Final[Mapping[str, Kind]] = {
    "greeting": Kind(
        "greeting",
        "What somebody hears who writes after a while.",
        Greeting,
        _preview_greeting,
        question=Somebody,
    ),
    "commands": Kind(
        "commands",
        "What can be asked for by a word with a slash.",
        Commands,
        _preview_commands,
        question=Somebody,
    ),
    "hours": Kind("hours", "When the business is open.", Hours, _preview_hours, question=When),
    "prompts": Kind(
        "prompts",
        "What the assistant is told, and how far it goes.",
        Prompts,
        _preview_prompts,
        preview_costs=True,
        question=Written,
        from_old=prompts_from_old,
        to_old=prompts_to_old,
    ),
    "bots": Kind("bots", "Which bots run, and in which order they are asked.", Bots),
}
