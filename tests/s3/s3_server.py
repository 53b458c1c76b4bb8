"""Where the S3 server of these tests lies, and who may use it."""

from pathlib import Path

KEY, SECRET = "holdfast", "a secret of this test"
SERVER = Path(__file__).parents[2] / "build" / "tools" / "versitygw"
