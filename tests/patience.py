"""How long a test waits for what must come. A wait ends when it has come, so only a failure takes so long."""

from typing import Final

#: For a machine that is many times slower than the one at hand, and below pytest's own limit.
PATIENCE_S: Final = 120.0
