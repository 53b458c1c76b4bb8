"""A day of a number as a picture: its colours over time, each piece with its reason. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from markupsafe import Markup

from holdfast.client import Change
from holdfast.dashboard import meaning
from holdfast.dashboard.figures import length, percent
from holdfast.dashboard.language import _
from holdfast.dashboard.words import COLORS

DAY: Final = timedelta(days=1)
_WIDTH: Final = 1440.0
_HEIGHT: Final = 34
#: So that a short outage is seen: nobody looks for a hair.
_NARROWEST: Final = 3.0

_PIECE: Final = Markup('<rect class="hf-s-{}" x="{}" width="{}" height="{}"><title>{}</title></rect>')
_PICTURE: Final = Markup(
    '<svg class="hf-strip" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One colour for a while, as shares of the picture's width."""

    color: str
    begin: float
    end: float
    title: str


def pieces(changes: Sequence[Change], now: datetime, span: timedelta = DAY) -> Iterator[Piece]:
    """The changes within the time that is shown, oldest first."""
    first = now - span
    for change in sorted(changes, key=lambda it: it.seq):
        if change.at is None or (ended := change.ended_at or now) <= first:
            continue
        begin, end = (max(first, change.at) - first) / span, (min(now, ended) - first) / span
        color = change.color if change.color in COLORS else "grey"
        yield Piece(color, max(0.0, begin), min(1.0, end), said(change))


def said(change: Change) -> str:
    """One change in words."""
    sentence = meaning.reason(change.reason, change.code).sentence if change.reason else ""
    word = meaning.state(change.state)
    values = {"state": word, "time": length(change.duration_s)}
    if sentence.rstrip(".") in {"", word}:
        return _("%(state)s for %(time)s", **values)
    return _("%(state)s for %(time)s: %(reason)s", reason=sentence, **values)


def picture(changes: Sequence[Change], now: datetime, span: timedelta = DAY) -> Markup:
    """The picture as SVG. Shapes of a later change lie over those of an earlier one."""
    shown = list(pieces(changes, now, span))
    drawn = [_PIECE.format("none", 0, _WIDTH, _HEIGHT, _("nothing is known of this time"))]
    for piece in shown:
        width = max(_NARROWEST, (piece.end - piece.begin) * _WIDTH)
        begin = min(piece.begin * _WIDTH, _WIDTH - width)
        drawn.append(_PIECE.format(piece.color, round(begin, 1), round(width, 1), _HEIGHT, piece.title))
    return _PICTURE.format(_WIDTH, _HEIGHT, _summary(shown), Markup("").join(drawn))


def _summary(shown: Sequence[Piece]) -> str:
    green = sum(piece.end - piece.begin for piece in shown if piece.color == "green")
    return _("Last 24 hours: connected for %(share)s of them", share=percent(green, 0))
