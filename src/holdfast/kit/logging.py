"""Logs: one JSON object per line, event names `room.fact`, times in UTC.

Never a body, a QR code, a key, or a contact's full number.
"""

import io
import json
import logging
import os
import sys
from typing import Any, TextIO

from holdfast.kit import foreign

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
    """The process's stderr of this moment: loggers are kept for good, a stream may be replaced and closed.

    A line that cannot be written (a full disk, a reader that left) is lost and counted, and ends nothing;
    the first line that can be written again comes after one that tells how many were lost.
    """

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), write_through=True)
        self._lost = 0

    def write(self, text: str, /) -> int:
        lost = json.dumps({"event": "logging.lines_lost", "lines": self._lost})
        try:
            # The line break ends what a full disk may have cut off.
            _write(f"\n{lost}\n{text}" if self._lost else text)
            self._lost = 0
        except (OSError, ValueError):
            self._lost += text.endswith("\n")
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""


def _write(text: str) -> None:
    if sys is None or sys.stderr is None:  # the interpreter's end takes both away before this
        return
    try:
        fd = sys.stderr.fileno()
    except (OSError, ValueError):  # a stream without a file, as in a test
        sys.stderr.write(text)
        return
    # Without the stream's own buffer: what it cannot write it would keep, and refuse again and again.
    left = text.encode(errors="backslashreplace")
    while left:
        left = left[os.write(fd, left) :]


def configure(*, level: str = "info", stream: TextIO | None = None, console: bool = False) -> None:
    """Log to `stream` (stderr by default): JSON lines, or with `console` for humans at a terminal."""
    renderers: list[structlog.typing.Processor] = (
        [_harmless_traceback, structlog.dev.ConsoleRenderer()]
        if console
        else [structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            *renderers,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=stream or _Stderr()),
        cache_logger_on_first_use=True,
    )


def _harmless_traceback(
    logger: object, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    # An error's text may quote a stranger: it neither acts on the terminal nor begins a line of ours.
    if isinstance(traceback := event.get("exception"), str):
        event["exception"] = "\n".join(f"  | {foreign.one_line(line)}" for line in traceback.split("\n"))
    return event


def get(room: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of a room."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return logger
