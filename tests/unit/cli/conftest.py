import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "client"))  # the gateway by script lives there
