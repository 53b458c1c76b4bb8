"""Rows: what happens to single messages, keys, queries and files."""

from collections.abc import Sequence

from faults.row import Come, Named, Occasion, Row
from holdfast.model.reasons import Reason

_BACK = Come("reconnecting connected", Reason.NETWORK)
_UNHARMED = Come(attempts=0)


def _message(name: str, come: Come = _UNHARMED, *, fast: bool = False) -> Row:
    return Row(name, Named(name, Occasion.MESSAGE), come, fast=fast)


def _login(name: str, *, strikes: bool = True) -> Row:
    """It lies in wait for what a client asks after a login; the number is up and talks all the same."""
    return Row(name, Named(name, Occasion.LOGIN, strikes=strikes), _BACK)


def _file(name: str, occasion: Occasion = Occasion.FILE) -> Row:
    """The file of a received message is fetched in the end; its message does not wait for it."""
    return Row(name, Named(name, occasion, of="everybody"), _UNHARMED)


ROWS: Sequence[Row] = (
    # Sent again under the same id, over a new connection: the customer sees it once.
    _message("no-ack", Come("reconnecting connected", Reason.SILENT)),
    _message("ack-error", Come(attempts=0, refused=1)),
    _message("ack-phash"),
    _message("duplicate-message", fast=True),
    _message("out-of-order"),
    _message("undecryptable", fast=True),
    _message("unavailable"),
    _message("pn-then-lid"),
    Row("sender-key-late", Named("sender-key-late", Occasion.MESSAGE, strikes=False), _UNHARMED),
    Row("crafted-dm", Named("crafted-dm", Occasion.NOW), _UNHARMED),
    _login("no-offline"),
    _login("offline-first"),
    _login("iq-silent"),
    _login("iq-error"),
    _login("rate-overlimit"),
    _login("upload-rejected", strikes=False),
    _login("digest-missing", strikes=False),
    _login("digest-mismatch", strikes=False),
    _login("appstate-conflict", strikes=False),
    _login("appstate-error", strikes=False),
    _login("appstate-key-withheld", strikes=False),
    _login("group-forbidden", strikes=False),
    _login("group-gone", strikes=False),
    # Whoever has written to each other needs no new keys: it lies in wait. The engine's tests see it strike.
    Row("keys-refused", Named("keys-refused", Occasion.MESSAGE, strikes=False), _UNHARMED),
    Row("prekeys-drained", Named("prekeys-drained", Occasion.NOW), _UNHARMED),
    Row(
        "identity-change",
        Named("identity-change", Occasion.NOW, of="customer"),
        _UNHARMED,
    ),
    _file("media-403", Occasion.GONE),
    _file("media-404", Occasion.GONE),
    _file("media-410", Occasion.GONE),
    # Nothing is uploaded here.
    Row("media-415", Named("media-415", Occasion.MESSAGE, of="everybody", strikes=False), _UNHARMED),
    _file("media-500"),
    _file("media-short"),
    _file("media-corrupt"),
    _file("media-retry-after"),
)
