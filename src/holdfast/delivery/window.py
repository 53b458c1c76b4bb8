"""How many events a consumer may hold unacknowledged. Pure."""

from collections import deque
from collections.abc import Iterable


class Window:
    """Positions that were given out and are not acknowledged yet."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._out: deque[int] = deque()

    def __len__(self) -> int:
        """Events that wait for their acknowledgement."""
        return len(self._out)

    @property
    def room(self) -> int:
        """How many more may be given out."""
        return max(0, self._size - len(self._out))

    def gave(self, positions: Iterable[int]) -> None:
        """These were given out, in rising order."""
        self._out.extend(positions)

    def acked(self, position: int) -> None:
        """Everything up to this position is done."""
        while self._out and self._out[0] <= position:
            self._out.popleft()
