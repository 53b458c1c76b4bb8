"""Makes docs/reasons.md: the whole policy of connections on one page, out of the tables that decide.

`make reasons` writes it; a test fails while the page says something else than the tables.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from holdfast.model.policy import DEFAULT_POLICY, Policy, attempts_allowed
from holdfast.model.reasons import MEANINGS, OF_THE_WAY, End, Fate, Meaning, Reason, Retry
from holdfast.model.verdicts import BANS, FAILURES, STREAM_ERRORS
from holdfast.model.words import REASONS

PAGE = Path("docs/reasons.md")
_SPANS = ((60, "minute"), (3600, "hour"), (86_400, "day"))

_HEAD = """\
# Why a session is where it is, and what follows

Made by `make reasons` from the tables that decide: `model/reasons.py`, `model/verdicts.py`,
`model/policy.py`, `model/words.py`. The figures are the defaults; the settings stand at the end.

## How to read a row

* **state**: where the session goes. `reconnecting` comes back by itself, `failed`, `replaced`, `banned` and
  `logged_out` need a human.
* **then**: when the next attempt follows. Waits double from the first to the longest; each is drawn
  anywhere between a tenth of that ceiling and the whole of it, so that a thousand numbers never come
  together. Only a connection that lived for {stable} sets the count of attempts back, a mere login does
  not. The count is kept over restarts.
* **at most**: how many connections of one number may begin within a minute, an hour, a day after a
  connection ended for this reason and every attempt ended for it again at once. `attempts_allowed(reason,
  seconds)` in `model/policy.py` is this promise as a function. One more is allowed by each of these: its
  owner's `connect`, a restart of the gateway (not where the row is kept over it), an engine that comes, and
  for {way} a network that has come back.
* **credentials**: `kept`, or moved to `quarantine/`. Nothing is deleted. While they are kept no QR code is
  made.
* **restart**: `kept` means that a new process rests or waits just as the old one did; otherwise it tries
  again at once.
* **told**: a human is told, because nothing goes on without one.

An end that has several reasons counts as the one that says most: what WhatsApp said is not hidden by the
socket that closes after it. A number of WhatsApp that stands in none of these tables is `unknown_code`:
shown with its number, retried slowly, never a log-out.
"""

_BESIDE = """\
`0` stands for no number. `<conflict type="device_removed">` is `logged_out_on_phone` and
`<conflict type="replaced">` is `replaced`, whatever number stands beside them. Why a number was banned:
"""

_SETTINGS = """\
Environment variables of the gateway, in seconds where the name ends with `_s`. A value outside its bounds
refuses the start, with one line that names it. In the lab `HOLDFAST_LAB_PACE` divides every one of these
times.
"""


def page() -> str:
    """The page as it must be."""
    ends = [(reason, meaning, meaning.end) for reason, meaning in MEANINGS.items() if meaning.end]
    others = [(reason, meaning) for reason, meaning in MEANINGS.items() if meaning.end is None]
    way = ", ".join(f"`{reason}`" for reason in Reason if reason in OF_THE_WAY)
    parts = [
        _HEAD.format(stable=_time(DEFAULT_POLICY.stable_after_s), way=way),
        "## A connection ended, or could not be made\n",
        _table(
            ("reason", "state", "then", "at most", "credentials", "restart", "told", "it says", "next step"),
            (_end_row(*each) for each in ends),
        ),
        "## Everything else\n",
        _table(("reason", "state", "told", "it says", "next step"), (_other_row(*each) for each in others)),
        "## WhatsApp's numbers\n",
        "Of `<failure reason=…>` at the login, and of `<stream:error code=…>` later:\n",
        _table(("number", "at the login", "later"), map(_number_row, sorted({*FAILURES, *STREAM_ERRORS}))),
        _BESIDE,
        _table(("number", "WhatsApp says"), ((str(code), why) for code, why in BANS.items())),
        "## Settings\n",
        _SETTINGS,
        _table(("setting", "default", "from", "to", ""), map(_setting_row, Policy.model_fields)),
    ]
    return "\n".join(parts)


def _setting_row(name: str) -> Sequence[str]:
    field = Policy.model_fields[name]
    least = next((f"{it.ge:.10g}" for it in field.metadata if hasattr(it, "ge")), "")
    most = next((f"{it.le:.10g}" for it in field.metadata if hasattr(it, "le")), "")
    default = field.default if isinstance(field.default, str) else f"{field.default:.10g}"
    return f"`HOLDFAST_{name.upper()}`", f"`{default}`", least, most, field.description or ""


def _end_row(reason: Reason, meaning: Meaning, end: End) -> Sequence[str]:
    fate = {Fate.KEEP: "kept", Fate.QUARANTINE: "quarantine"}[end.credentials]
    restart = "kept" if meaning.outlives_restart else "tries at once"
    if end.retry is Retry.NO and not meaning.outlives_restart:
        restart = "looks again"
    most = " / ".join(str(attempts_allowed(reason, seconds)) for seconds, _ in _SPANS)
    return (*_name(reason, meaning), _then(end.retry), most, fate, restart, *_said(reason, meaning))


def _other_row(reason: Reason, meaning: Meaning) -> Sequence[str]:
    return (*_name(reason, meaning), *_said(reason, meaning))


def _name(reason: Reason, meaning: Meaning) -> tuple[str, str]:
    state = "`new` or `logged_out`" if meaning.state is None else f"`{meaning.state}`"
    return f"`{reason}`", state


def _said(reason: Reason, meaning: Meaning) -> tuple[str, str, str]:
    words = REASONS[reason]
    return "yes" if meaning.alert else "", f"{words.sentence}.", words.next_step


def _then(retry: Retry) -> str:
    pace = DEFAULT_POLICY.pace(retry)
    waits = f"{_time(pace.first_s)}, doubling to {_time(pace.longest_s)}"
    match retry:
        case Retry.NO:
            return "rests"
        case Retry.AT_ONCE:
            return f"at once, then {waits}"
        case Retry.WHEN_ENGINE:
            return "as soon as the engine is there"
        case Retry.AFTER_BAN:
            spread = _time(DEFAULT_POLICY.ban_spread_s)
            return f"within {spread} of the end of the ban; rests if WhatsApp names none"
        case Retry.CONFLICT:
            return f"rests; with `HOLDFAST_CONFLICT=retry:n` n times: {waits}"
        case _:
            return waits


def _number_row(code: int) -> Sequence[str]:
    at_login, later = (table.get(code) for table in (FAILURES, STREAM_ERRORS))
    return str(code), *(f"`{reason or Reason.UNKNOWN_CODE}`" for reason in (at_login, later))


def _time(seconds: float) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0 and seconds != 60:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"wrote {PAGE}")
    sys.exit(0)
