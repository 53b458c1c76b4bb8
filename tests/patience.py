"""How long a test waits for what must come. A wait ends when it has come, so only a failure takes so long."""

from typing import Any, Final

from websockets.asyncio.client import connect

#: For a machine that is many times slower than the one at hand, and below pytest's own limit.
PATIENCE_S: Final = 120.0


def patient_socket(url: str, **more: Any) -> connect:
    """A WebSocket that waits. By itself one gives up after 10 s without an answer and 20 s without a pong."""
    return connect(url, open_timeout=PATIENCE_S, ping_timeout=PATIENCE_S, **more)
