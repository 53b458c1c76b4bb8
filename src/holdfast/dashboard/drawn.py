"""What the browser's own scripts say, by the names under which they say it, in the reader's language."""

from collections.abc import Mapping
from typing import Final

from holdfast.dashboard.language import N_, lookup, spoken

#: Of `static/board.js`.
BOARD: Final[Mapping[str, str]] = {
    "add": N_("Add a number"),
    "any": N_("Nothing to show under this filter."),
    "both": N_("Both"),
    "by_name": N_("By name"),
    "by_need": N_("Who needs you first"),
    "by_number": N_("By number"),
    "by_change": N_("Newest change first"),
    "by_today": N_("Most messages today"),
    "dense": N_("As a list"),
    "code_good_for": N_("The code is good for %(time)s."),
    "details": N_("Details"),
    "devices": N_("Devices to remove"),
    "engine": N_("Engine"),
    "engine_starts": N_("The engine is being started."),
    "engine_starts_text": N_("The numbers come back by themselves."),
    "first": N_("Scan once. Stay connected."),
    "first_text": N_(
        "Link your first number: scan one QR code with its phone. Holdfast keeps it linked from then on, "
        "through restarts, crashes and upgrades."
    ),
    "gateway": N_("Gateway"),
    "heartbeat": N_("heartbeat %(ago)s"),
    "just_now": N_("just now"),
    "kill_now": N_("kill -9 now"),
    "lab": N_("Lab"),
    "lab_text": N_("Simulated WhatsApp: no message leaves this machine"),
    "last_heartbeat": N_("last heartbeat %(time)s"),
    "lasting": N_("for %(time)s"),
    "lost": N_("This page has lost its dashboard."),
    "lost_text": N_("It shows nothing as connected until it hears again, and reconnects by itself."),
    "more": N_("Show more (%(count)s left)"),
    "next_step": N_("Next step:"),
    "next_try": N_("Next try in %(time)s."),
    "no_number": N_("No number yet"),
    "numbers": N_("Numbers"),
    "only": N_("Show only"),
    "order": N_("Order"),
    "paused": N_("%(name)s is paused."),
    "paused_text": N_("It stays linked, and nothing comes in or goes out."),
    "processes": N_("Real processes. Kill them and watch."),
    "processes_named": N_("Real processes (engine %(engine)s, gateway %(gateway)s). Kill them and watch."),
    "search": N_("Name or number"),
    "search_label": N_("Search by name or number"),
    "since": N_("since %(time)s"),
    "today": N_("Today %(received)s in, %(sent)s out"),
    "today_none": N_("No messages today"),
    "undo": N_("Undo"),
    "unknown": N_("Unknown"),
    "unknown_count": N_("unknown"),
    "unreachable": N_("The gateway is unreachable."),
    "unreachable_since": N_("The gateway is unreachable, since %(time)s."),
    "unreachable_step": N_(
        "Next step: <code>holdfast status</code> shows whether it runs, <code>holdfast up</code> starts it."
    ),
    "unreachable_text": N_("What it knows cannot be shown; the page reconnects by itself."),
    "watching": N_("watching …"),
}
#: Of `static/qr.js`.
QR: Final[Mapping[str, str]] = {
    "code": N_("code %(index)s of %(of)s"),
    "good_for": N_("This code is good for %(time)s"),
    "label": N_("QR code to scan with the phone"),
    "next": N_("The next code is on its way …"),
}


def drawn(table: Mapping[str, str]) -> dict[str, str]:
    """The table in the language that is spoken, with the language's code as `language`."""
    return {"language": spoken().code, **{name: lookup(said) for name, said in table.items()}}
