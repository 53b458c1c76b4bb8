"""Every row."""

from collections.abc import Mapping, Sequence

from faults import rows_house, rows_messages, rows_pairing, rows_transport, rows_verdicts
from faults.row import Row

ROWS: Sequence[Row] = (
    *rows_house.ROWS,
    *rows_verdicts.ROWS,
    *rows_transport.ROWS,
    *rows_pairing.ROWS,
    *rows_messages.ROWS,
)

#: Faults of the simulator that have no row yet: what happens there is not what should.
OPEN: Mapping[str, str] = {}
