"""Plain pages out of templates: every value is escaped, wherever it comes from."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from holdfast.dashboard.mark import MARK, STYLES
from holdfast.dashboard.visits import Visit
from holdfast.dashboard.words import length, telephone

LAB: Final = "/lab"
BOOKINGS: Final = "/bookings"
#: Address, label, and the scope that it needs.
NAVIGATION: Final = (
    ("/", "Numbers", "read"),
    ("/bots", "Bots", "read"),
    (BOOKINGS, "Bookings", "read"),
    ("/alerts", "Alerts", "read"),
    ("/deliveries", "Deliveries", "read"),
    (LAB, "Lab", "admin"),
    ("/people", "People", "keys"),
    ("/keys", "Keys", "keys"),
    ("/audit", "Audit", "keys"),
    ("/about", "About", "read"),
)

_BACK_BY_LINK: Final = (
    "To come back, run holdfast dashboard-link where Holdfast runs, and open the link that it prints."
)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(mark=Markup(MARK), styles=Markup(STYLES))
    made.filters.update(telephone=telephone, ago=ago, moment=when, size=size)
    return made


def page(name: str, values: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
    """The answer that this template makes of these values."""
    return HTMLResponse(_ENVIRONMENT.get_template(f"{name}.html").render(values), status_code=status)


def top(visit: Visit, path: str) -> str:
    """The head that every page of a login has: the ways to the other pages, who is logged in, the way out."""
    # A simulator is in a lab alone, bookings are there where the chauffeur drives.
    missing = {LAB: visit.lab is None, BOOKINGS: "chauffeur" not in visit.applications}
    links = [
        (to, label, to == path or (to != "/" and path.startswith(f"{to}/")))
        for to, label, scope in NAVIGATION
        if visit.may(scope) and not missing.get(to, False)
    ]
    back = "Your name and password let you in again." if visit.me.user else _BACK_BY_LINK
    values = {"links": links, "who": visit.who, "here": path, "back": back}
    return _ENVIRONMENT.get_template("top.html").render(values)


def ago(at: datetime | None) -> str:
    """How long ago, for people."""
    if at is None:
        return "never"
    seconds = (datetime.now(UTC) - at).total_seconds()
    return "just now" if seconds < 2 else f"{length(seconds)} ago"


def when(at: datetime | None) -> Markup:
    """A moment, which the browser writes in its own time zone."""
    if at is None:
        return Markup("never")
    utc = at.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(utc.isoformat(), f"{utc:%d %b %Y, %H:%M:%S} UTC")


def size(count: int) -> str:
    """Bytes, for people."""
    amount = float(count)
    for unit in ("bytes", "KB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


_ENVIRONMENT: Final = _environment()
