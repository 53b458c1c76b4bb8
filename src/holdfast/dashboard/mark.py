"""What every page wears: the product's mark, a ring that holds a point, and the styles."""

MARK = (
    '<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">'
    '<rect width="32" height="32" rx="9" fill="#14713f"/>'
    '<path d="M16 6.5a9.5 9.5 0 1 0 9.5 9.5" fill="none" stroke="#fff" stroke-width="3" '
    'stroke-linecap="round"/>'
    '<circle cx="16" cy="16" r="3.4" fill="#fff"/><circle cx="22.7" cy="9.3" r="2.6" fill="#7fdca5"/></svg>'
)
#: With a namespace of its own it is a file.
FAVICON = MARK.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
STYLES = "".join(
    f'<link rel="stylesheet" href="/static/{name}.css">' for name in ("base", "board", "dialogs", "rooms")
)
#: Notices when the server of the page is gone, or stands still.
FRAME = '<script src="/static/live.js" type="module"></script>'
#: Asks before a form does what hurts.
SURE = '<script src="/static/sure.js" defer></script>'
#: So that a phone can keep the page beside its apps.
INSTALL = (
    '<link rel="manifest" href="/static/manifest.webmanifest">'
    '<link rel="apple-touch-icon" href="/static/apple-touch-icon.png">'
    '<meta name="theme-color" content="#14713f">'
)
