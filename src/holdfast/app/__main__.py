"""`python -m holdfast.app`."""

import sys

# The log library would import rich for tracebacks in colour: 0.1 s at every start, for lines that are JSON
# here.
sys.modules["rich"] = None  # type: ignore[assignment]

from holdfast.app.start import main  # noqa: E402
from holdfast.kit import private  # noqa: E402

private.umask()
private.no_dumps()
sys.exit(main())
