"""What a browser without a login sees: how to get one. Plain HTML, no script, no secret."""

from html import escape

from holdfast.dashboard.mark import MARK, STYLES

_HOW = (
    "<p>The dashboard opens with a one-time link. <code>holdfast up</code> prints one when it starts; "
    "a fresh one comes from:</p><pre>holdfast dashboard-link</pre>"
    "<p>Run it on the machine where Holdfast runs, and open the link in this browser.</p>"
)


def locked() -> str:
    """Nobody is logged in."""
    return _page("This page opens with a link", _HOW)


def used() -> str:
    """The link was used before, or is too old."""
    return _page(
        "This link no longer works", f"<p>A link logs one browser in, once, and not for long.</p>{_HOW}"
    )


def unreachable(retry: str) -> str:
    """The gateway does not answer; the link is still good. `retry` is the same address again."""
    again = f'<p><a href="{escape(retry, quote=True)}">Try this link again</a>: it has not been used up.</p>'
    return _page(
        "The gateway does not answer",
        "<p>The link cannot be checked without it. <code>holdfast status</code> shows whether it runs, "
        f"<code>holdfast up</code> starts it.</p>{again}",
    )


def broken() -> str:
    """A page could not be drawn."""
    return _page(
        "This page could not be drawn",
        "<p>Every number stays as it is. Reload the page; if it repeats, <code>logs/dashboard.log</code> "
        'says why.</p><p><a href="/">Reload</a></p>',
    )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · Holdfast</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="referrer" content="no-referrer">{STYLES}'
        f'</head><body><div class="hf-door"><main>{MARK}<h1>{escape(title)}</h1>{body}</main></div>'
        "</body></html>"
    )
