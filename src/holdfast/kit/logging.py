"""Logs: one JSON object per line, event names `room.fact`, times in UTC.

Never a body, a QR code, a key, or a contact's full number: `masked` shortens a number to what a human needs.
"""

import io
import logging
import sys
from typing import Any, TextIO

# structlog imports Rich when it finds it: 80 ms of every start, for pictures of tracebacks that JSON lines
# never hold.
_modules: dict[str, Any] = sys.modules
_unseen = _modules.setdefault("rich", None) is None
try:
    import structlog
finally:
    if _unseen:
        del _modules["rich"]


class _Stderr(io.TextIOWrapper):
    """The process's stderr of this moment: loggers are kept for good, a stream may be replaced and closed."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), write_through=True)

    def write(self, text: str, /) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        if sys is not None and sys.stderr is not None:  # the interpreter's end takes both away before this
            sys.stderr.flush()


def configure(*, level: str = "info", stream: TextIO | None = None, console: bool = False) -> None:
    """Log to `stream` (stderr by default): JSON lines, or with `console` for humans at a terminal."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=stream or _Stderr()),
        cache_logger_on_first_use=True,
    )


def get(room: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of a room."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return logger


def masked(number: str) -> str:
    """`+49…4567`: enough to recognise a contact, too little to call it."""
    return f"{number[:3]}…{number[-4:]}" if len(number) > 8 else "…"
