"""Rows: what goes wrong while a code is scanned."""

from collections.abc import Sequence

from faults.row import Come, Named, Occasion, Row, WayOut

_LINKED = Come("pairing connecting connected", attempts=2, qr=True)
_REFUSED = Come("pairing new", attempts=1, qr=True, credentials_kept=False, way_out=WayOut.PAIR)


def _row(name: str, come: Come) -> Row:
    return Row(name, Named(name, Occasion.PAIRING, of="everybody"), come, linking=True, talks=False)


ROWS: Sequence[Row] = (
    _row("close-after-pair-success", _LINKED),
    _row("missing-515", _LINKED),
    _row("early-515", _LINKED),
    _row("bad-pair-hmac", _REFUSED),
    _row("bad-account-signature", _REFUSED),
    Row(
        "codes-expired",
        Named("codes-expired", Occasion.CODE, count=1, of="everybody"),
        Come("pairing new", attempts=1, qr=True, credentials_kept=False, way_out=WayOut.PAIR),
        linking=True,
        talks=False,
    ),
)
