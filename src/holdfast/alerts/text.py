"""What a notification says: cause, since when, what to do. Pure.

Of the same tellings it makes the same text, whenever it is asked: a repetition is the same message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from holdfast.kit import foreign
from holdfast.model import words
from holdfast.model.alerts import Severity, Told

#: More alerts than this are counted, not written out.
_WRITTEN_OUT: Final = 20


@dataclass(frozen=True, slots=True)
class Telling:
    """One alert as one channel hears of it."""

    alert_id: str
    told: Told
    severity: Severity
    cause: str
    subject: str
    phone: str | None
    detail: str
    opened_at_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A message, ready to be sent. `kind` is one of Apprise's types."""

    title: str
    body: str
    kind: str

    @property
    def text(self) -> str:
        """The same where there is no title."""
        return f"{self.title}\n{self.body}"


_TYPES: Final = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "failure"}


def letter(tellings: Sequence[Telling], reference: str, zone: ZoneInfo, *, lab: bool) -> Letter:
    """What is sent for these tellings, which stand in the order of their happening."""
    newest = list({it.alert_id: it for it in tellings}.values())
    first = newest[0]
    if len(newest) == 1:
        title, parts = _headline(first), [_whole(first, zone)]
    else:
        title = _count(newest)
        parts = [_entry(it, zone) for it in newest[:_WRITTEN_OUT]]
        if len(newest) > _WRITTEN_OUT:
            parts.append(f"… and {len(newest) - _WRITTEN_OUT} more: holdfast alert history")
    open_ones = [it.severity for it in newest if it.told is not Told.RESOLVED]
    kind = _TYPES[max(open_ones, key=lambda it: it.rank)] if open_ones else "success"
    head = "[Holdfast lab]" if lab else "[Holdfast]"
    return Letter(f"{head} {title}", "\n\n".join([*parts, f"Reference: {reference}"]), kind)


def test_letter(channel: str, reference: str, *, lab: bool) -> Letter:
    """What a test of a channel sends."""
    head = "[Holdfast lab]" if lab else "[Holdfast]"
    body = f"The alert channel “{channel}” works. Alerts will arrive here.\n\nReference: {reference}"
    return Letter(f"{head} Test", body, "info")


def _who(it: Telling) -> str:
    name = foreign.one_line(it.subject)
    return f"+{it.phone.lstrip('+')} ({name})" if it.phone else name


def _headline(it: Telling) -> str:
    said = words.of_alert(it.cause).sentence.rstrip(".")
    return f"{_TOLD[it.told]}{_who(it)}: {said}"


_TOLD: Final = {
    Told.RAISED: "",
    Told.STILL: "still: ",
    Told.FLAPPING: "comes and goes: ",
    Told.RESOLVED: "resolved: ",
}


def _whole(it: Telling, zone: ZoneInfo) -> str:
    said = words.of_alert(it.cause)
    lines = [said.sentence]
    if it.told is Told.RESOLVED:
        lines = [f"This is over: {said.sentence}"]
    elif it.told is Told.FLAPPING:
        lines.append("It has come and gone several times. You hear of it again when it has settled.")
    if it.told is not Told.RESOLVED and said.next_step:
        lines.append(words.advice(said.next_step))
    lines.append(f"Since {_when(it.opened_at_ms, zone)}.")
    if it.told is not Told.RAISED:
        lines[-1] = f"From {_when(it.opened_at_ms, zone)} to {_when(it.at_ms, zone)}."
    if it.detail:
        lines.append(f"Detail: {foreign.one_line(words.of_detail(it.detail))}")
    return "\n".join(lines)


def _entry(it: Telling, zone: ZoneInfo) -> str:
    step = "" if it.told is Told.RESOLVED else words.advice(words.of_alert(it.cause).next_step)
    return "\n".join(part for part in (f"{_when(it.at_ms, zone)}  {_headline(it)}.", step) if part)


def _count(tellings: Sequence[Telling]) -> str:
    over = sum(it.told is Told.RESOLVED for it in tellings)
    begun = len(tellings) - over
    parts = [f"{begun} {'alert' if begun == 1 else 'alerts'}"] if begun else []
    return ", ".join([*parts, f"{over} resolved"] if over else parts)


def _when(at_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%Y-%m-%d %H:%M %Z")
