"""Makes docs/img/test.svg: how `make test` really ended.

Run it from the repository's root: `.venv/bin/python tools/picture_tests.py`, of a part with `test-python
ARGS=tests/contract` after it. The picture is written only when every test passed.
"""

import re
import subprocess
import sys
from pathlib import Path

from picture_demo import drawn
from rich.text import Text

PICTURE = Path("docs/img/test.svg")
_LINES = 14
_ENDED = re.compile(r"^=+ (.* passed.*) =+$")


def main() -> int:
    """The exit code of the tests."""
    wanted = sys.argv[1:] or ["test"]
    ran = subprocess.run(["make", *wanted], stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode == 0:
        command = f"make {' '.join(wanted)}"
        told = [it for it in ran.stdout.splitlines() if it.strip()][-_LINES:]
        PICTURE.write_text(drawn(command, map(colored, told)))
    return ran.returncode


def colored(line: str) -> Text:
    """The last line in green, what a package or a file of tests came to as it is."""
    return Text(line, style="bold green" if _ENDED.match(line) else "")


if __name__ == "__main__":
    sys.exit(main())
