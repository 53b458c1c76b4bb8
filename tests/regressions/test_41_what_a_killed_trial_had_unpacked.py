"""What a killed `backup verify` had unpacked, a master key in the clear, stayed.

It lay in one folder under one name: only the next `verify` removed it, also while another one was at work.
"""

import subprocess
import sys
from pathlib import Path

from holdfast.backup.trials import clear, trial

KILLED = """
import os, pathlib, signal, sys
from holdfast.backup.trials import trial
with trial(pathlib.Path(sys.argv[1])) as folder:
    (folder / "master.key").write_text("a key")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(within: Path) -> Path:
    """The folder that a killed program has left."""
    assert subprocess.run([sys.executable, "-c", KILLED, str(within)], check=False).returncode < 0
    (left,) = within.iterdir()
    assert (left / "master.key").exists()
    return left


def test_the_next_start_clears_it_away(tmp_path: Path) -> None:
    left = killed(tmp_path)
    clear(tmp_path)
    assert not left.exists()


def test_the_next_trial_clears_it_away_and_leaves_nothing_itself(tmp_path: Path) -> None:
    left = killed(tmp_path)
    with trial(tmp_path) as folder:
        assert (folder.is_dir(), left.exists()) == (True, False)
    assert list(tmp_path.iterdir()) == []


def test_two_at_once_leave_each_other_alone(tmp_path: Path) -> None:
    with trial(tmp_path) as one:
        (one / "master.key").write_text("a key")
        with trial(tmp_path) as other:
            assert one != other
        clear(tmp_path)
        assert (one / "master.key").read_text() == "a key"
