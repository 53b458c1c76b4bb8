"""Plain pages out of templates: every value is escaped, wherever it comes from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from holdfast.dashboard.figures import ago, clock, day, number, short_day, size, when
from holdfast.dashboard.language import LANGUAGES, N_, _, lookup, lookup_plural, spoken
from holdfast.dashboard.mark import INSTALL, MARK, STYLES
from holdfast.dashboard.meaning import severity
from holdfast.dashboard.shapes import option_words
from holdfast.dashboard.visits import Visit
from holdfast.dashboard.words import telephone

LAB: Final = "/lab"
BOOKINGS: Final = "/bookings"
#: Address, label, and the scope that it needs.
NAVIGATION: Final = (
    ("/", N_("Numbers"), "read"),
    ("/bots", N_("Bots"), "read"),
    (BOOKINGS, N_("Bookings"), "read"),
    ("/alerts", N_("Alerts"), "read"),
    ("/deliveries", N_("Deliveries"), "read"),
    (LAB, N_("Lab"), "admin"),
    ("/people", N_("People"), "keys"),
    ("/keys", N_("Keys"), "keys"),
    ("/audit", N_("Audit"), "keys"),
    ("/about", N_("About"), "read"),
)

_BACK_BY_LINK: Final = N_(
    "To come back, run holdfast dashboard-link where Holdfast runs, and open the link that it prints."
)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        extensions=["jinja2.ext.i18n"],
        lstrip_blocks=True,
    )
    made.globals.update(
        mark=Markup(MARK), styles=Markup(STYLES), install=Markup(INSTALL), spoken=spoken, languages=LANGUAGES
    )
    made.filters.update(
        telephone=telephone,
        ago=ago,
        moment=when,
        size=size,
        number=number,
        clock=clock,
        day=day,
        short_day=short_day,
        severity=severity,
        option=option_words,
    )
    # Templates call `_` and `ngettext` with values, which are escaped.
    made.install_gettext_callables(lookup, lookup_plural, newstyle=True)  # type: ignore[attr-defined]
    return made


def page(name: str, values: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
    """The answer that this template makes of these values."""
    return HTMLResponse(_ENVIRONMENT.get_template(f"{name}.html").render(values), status_code=status)


def top(visit: Visit, path: str) -> str:
    """The head that every page of a login has: the ways to the other pages, who is logged in, the way out."""
    # A simulator is in a lab alone, bookings are there where the chauffeur drives.
    missing = {LAB: visit.lab is None, BOOKINGS: "chauffeur" not in visit.applications}
    links = [
        (to, lookup(label), to == path or (to != "/" and path.startswith(f"{to}/")))
        for to, label, scope in NAVIGATION
        if visit.may(scope) and not missing.get(to, False)
    ]
    back = _("Your name and password let you in again.") if visit.me.user else lookup(_BACK_BY_LINK)
    values = {"links": links, "who": visit.who, "here": path, "back": back}
    return _ENVIRONMENT.get_template("top.html").render(values)


_ENVIRONMENT: Final = _environment()
