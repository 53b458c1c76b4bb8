"""After the master key was rotated: the channels' targets are sealed again."""

from holdfast.alerts import statements
from holdfast.store import WriteUnit
from holdfast.vault import Seal


def reseal(unit: WriteUnit, seal: Seal) -> int:
    """Seal every channel's target by the newest key; returns how many there are. Safe to repeat.

    Raises SealBroken when one does not open: nothing is changed then.
    """
    rows = unit.all(statements.SEALED)
    for id_, sealed in rows:
        unit.run(statements.RESEAL, id=id_, sealed=seal.close(seal.open(bytes(sealed), str(id_)), str(id_)))
    return len(rows)
