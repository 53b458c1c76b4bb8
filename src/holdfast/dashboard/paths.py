"""Paths of the gateway's machine in what it says: short for its owner, left out for everybody else. Pure."""

import re
from pathlib import PurePosixPath
from typing import Final

#: A path from the root on, of two names or more; nothing else in a sentence looks like it.
_PATH: Final = re.compile(r"(?<![\w/.:])/[^\s/:,;()]+(?:/[^\s/:,;()]+)+")


def shown(text: str, home: str, *, to_owner: bool) -> str:
    """The text with each path as somebody may see it: `~/holdfast/run`, or its last name alone."""

    def short(found: re.Match[str]) -> str:
        path = PurePosixPath(found[0])
        if not to_owner:
            return f"…/{path.name}"
        return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else found[0]

    return _PATH.sub(short, text)
