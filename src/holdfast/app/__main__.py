"""`python -m holdfast.app`."""

import sys

from holdfast.app.start import main

sys.exit(main())
