"""What a browser is told: the board as plain values with words, for drawing alone. Pure."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypedDict

from holdfast.client import Session, System, Unlinking
from holdfast.dashboard import meaning
from holdfast.dashboard.board import Board
from holdfast.dashboard.figures import seconds
from holdfast.dashboard.killing import Killing
from holdfast.dashboard.language import _, lookup, ngettext
from holdfast.dashboard.words import COLORS, buttons, telephone
from holdfast.model.states import ACTIVE

#: How long the page tells that everything came back.
TOLD_FOR = timedelta(seconds=30)


class ActionView(TypedDict):
    """One button."""

    verb: str
    label: str
    tone: str


class CardView(TypedDict):
    """One number. Times are ISO 8601; the browser turns them into "4 s ago"."""

    id: str
    name: str
    phone: str
    person: str
    state: str
    color: str
    urgent: bool
    word: str
    sentence: str
    next_step: str
    warnings: list[str]
    since: str | None
    heartbeat: str | None
    retry_at: str | None
    valid_until: str | None
    actions: list[ActionView]


class RestorationView(TypedDict):
    """How many of how many came back after a start."""

    total: int
    connected: int
    running: bool
    text: str


class CountView(TypedDict):
    """How many numbers have one colour."""

    color: str
    count: int
    label: str


class LineView(TypedDict):
    """One line of what happened after a kill."""

    text: str
    seconds: float
    good: bool


class KillingView(TypedDict):
    """The last kill and what happened after it."""

    at: str
    over: bool
    lines: list[LineView]


class UnlinkingView(TypedDict):
    """A device that nobody uses any more, to be removed on the phone that still counts it as linked."""

    sentence: str
    next_step: str


class HeadView(TypedDict):
    """Everything above the cards."""

    now: str
    reachable: bool
    silent_since: str | None
    engine: bool
    lab: bool
    engine_pid: int | None
    gateway_pid: int | None
    version: str
    total: int
    counts: list[CountView]
    restoration: RestorationView | None
    killing: KillingView | None
    unlinkings: list[UnlinkingView]


class Patch(TypedDict):
    """What is different since the last patch; the first one holds everything."""

    head: HeadView
    cards: list[CardView]
    gone: list[str]


def card(session: Session, *, reachable: bool) -> CardView:
    """One number. While the gateway is silent nothing is claimed: no colour, no buttons."""
    restoring = session.restoring and session.state in ACTIVE
    word = _("Restoring") if restoring else meaning.state(session.state) or _("Unknown")
    said = meaning.of_session(session)
    view = CardView(
        id=session.id,
        name=session.name,
        phone=telephone(session.phone),
        person=session.push_name or "",
        state=session.state,
        color=session.color if session.color in COLORS else "grey",
        urgent=session.color == "red",
        word=word,
        sentence=said.sentence,
        next_step="" if _idle(session) else said.next_step,
        warnings=[it for it in (*map(meaning.warning, session.warnings), meaning.queue(session)) if it],
        since=_iso(session.since),
        heartbeat=_iso(session.last_heartbeat_at),
        retry_at=_iso(session.retry_at),
        valid_until=_iso(session.pairing.valid_until) if session.pairing else None,
        actions=[
            ActionView(verb=button.verb.value, label=lookup(button.label), tone=button.tone.value)
            for button in buttons(session.actions)
        ],
    )
    if reachable:
        return view
    last = _("Last seen: %(state)s.", state=word.lower())
    nothing: CardView = {**view, "color": "unknown", "word": _("Unknown"), "sentence": last, "next_step": ""}
    return {**nothing, "actions": [], "warnings": [], "retry_at": None, "valid_until": None}


def head(board: Board, killing: Killing | None, now: datetime) -> HeadView:
    """Everything above the cards."""
    system = board.system
    colors = Counter(session.color for session in board.sessions.values())
    return HeadView(
        now=now.isoformat(),
        reachable=board.reachable,
        silent_since=_iso(board.silent_since),
        engine=system is not None and system.engine_attached,
        lab=system is not None and system.lab,
        engine_pid=system.engine_pid if system else None,
        gateway_pid=system.gateway_pid if system else None,
        version=system.version if system else "",
        total=len(board.sessions),
        counts=[
            CountView(color=color, count=colors[color], label=ngettext(one, several, colors[color]))
            for color, (one, several) in COLORS.items()
        ],
        restoration=_worth_telling(restoration(system, now), killing) if board.reachable else None,
        killing=_killing(killing) if killing else None,
        unlinkings=[_unlinking(it) for it in board.unlinkings if it.by_hand] if board.reachable else [],
    )


def restoration(system: System | None, now: datetime) -> RestorationView | None:
    """How far the restoration is; its result for half a minute; otherwise nothing."""
    if system is None or system.restore_total == 0:
        return None
    total, back = system.restore_total, system.restore_connected
    view = RestorationView(total=total, connected=back, running=not system.restore_done, text="")
    if not system.restore_done:
        return {
            **view,
            "text": _("Restoring: %(back)d of %(total)d numbers are back", back=back, total=total),
        }
    ended = _ended(system)
    if ended is None or now - ended > TOLD_FOR:
        return None
    values = {"back": back, "total": total, "time": seconds(system.restore_seconds or 0)}
    if back == total:
        return {
            **view,
            "text": _("%(back)d of %(total)d numbers came back by themselves in %(time)s", **values),
        }
    text = _(
        "%(back)d of %(total)d numbers came back by themselves in %(time)s; the others say below why not",
        **values,
    )
    return {**view, "text": text}


def patch(known: Mapping[str, CardView], board: Board, killing: Killing | None, now: datetime) -> Patch:
    """What a browser that knows these cards must be told."""
    cards = [card(session, reachable=board.reachable) for session in board.sessions.values()]
    return Patch(
        head=head(board, killing, now),
        cards=[view for view in cards if known.get(view["id"]) != view],
        gone=[id_ for id_ in known if id_ not in board.sessions],
    )


def _worth_telling(told: RestorationView | None, killing: Killing | None) -> RestorationView | None:
    # The story of a kill ends with the same result, counted from the kill: two figures would confuse.
    return None if told and not told["running"] and killing else told


def _killing(killing: Killing) -> KillingView:
    lines = [LineView(text=line.text, seconds=line.seconds, good=line.good) for line in killing.lines()]
    return KillingView(at=killing.at.isoformat(), over=killing.over, lines=lines)


def _unlinking(it: Unlinking) -> UnlinkingView:
    said = meaning.unlinking(it)
    return UnlinkingView(sentence=said.sentence, next_step=said.next_step)


def _idle(session: Session) -> bool:
    # "Nothing to do" is what green and most yellow mean, and grey has a button that says it.
    return session.color not in {"red", "yellow"} or session.next_step.lower().startswith("nothing to do")


def _ended(system: System) -> datetime | None:
    if system.started_at is None:
        return None
    return system.started_at + timedelta(seconds=system.restore_seconds or 0)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
