"""`python -m holdfast.app`."""

import gc
import os
import sys

# A start makes hundreds of thousands of objects and throws next to none away: it collects once it
# serves.
gc.disable()
# What libraries load wherever they find it, and a gateway never uses: pictures of tracebacks for lines that
# are JSON here, models of an older pydantic, plugins of pydantic (a search through every package there is).
sys.modules["rich"] = None  # type: ignore[assignment]
sys.modules["pydantic.v1"] = None  # type: ignore[assignment]
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"

from holdfast.app.start import main  # noqa: E402
from holdfast.kit import private  # noqa: E402

private.umask()
private.no_dumps()
sys.exit(main())
