"""Refuses a Python that is too old or has no venv, with the next step."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python runs
    sys.exit(
        f"Holdfast needs Python 3.11 or newer, this is {sys.version.split()[0]}. "
        "Next step: install one and run `make PYTHON=python3.12 …`."
    )
try:
    import ensurepip  # noqa: F401
except ImportError:
    sys.exit(
        "This Python cannot make virtual environments (ensurepip is missing). "
        "Next step: `apt-get install python3-venv`, or use another Python: `make PYTHON=… …`."
    )
