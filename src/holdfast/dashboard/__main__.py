"""`python -m holdfast.dashboard --data DIR`: serve the page, a process of its own."""

import sys

from holdfast.dashboard.options import OptionsError, read
from holdfast.kit import logging, private


def main() -> int:
    """The exit code: 0 after a stop, 2 for a wrong option, 4 when the port is taken."""
    private.umask()
    logging.configure()
    try:
        options = read(sys.argv[1:])
    except OptionsError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    from holdfast.dashboard.server import run  # NiceGUI takes its time: a wrong option does not wait for it

    return run(options)


if __name__ == "__main__":
    sys.exit(main())
