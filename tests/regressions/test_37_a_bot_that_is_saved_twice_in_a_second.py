"""A bot's file that was saved twice within a second went on to run as it was saved first."""

import os
from pathlib import Path

from holdfast.bots import load


def test_the_newest_source_runs(tmp_path: Path) -> None:
    file = tmp_path / "shop.py"
    for name in ("one", "two"):
        file.write_text(f'from holdfast.bots import Bot\n\nbot = Bot("{name}")\n')
        os.utime(file, (1_000_000_000, 1_000_000_000))
        assert load(file).name == name
