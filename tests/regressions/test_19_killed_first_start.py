"""A first start that is killed at its worst moment leaves nothing that a human has to remove."""

import subprocess
import sys
from pathlib import Path

from holdfast.vault.master import load_or_create

ROOT = Path(__file__).parents[2]

KILLED = """
import os, signal, sys
from pathlib import Path
from holdfast.vault import master

master.write_atomically = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
master.load_or_create(Path(sys.argv[1]))
"""


def test_the_next_start_makes_the_key(tmp_path: Path) -> None:
    path = tmp_path / "config" / "master.key"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert killed.returncode == -9
    assert not path.exists()
    made = load_or_create(path)
    assert load_or_create(path).check_value == made.check_value
    assert [it.name for it in path.parent.iterdir()] == ["master.key"]


def test_first_starts_at_the_same_moment_make_one_key(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    script = "import sys; from pathlib import Path; from holdfast.vault.master import load_or_create as load;"
    script += "print(load(Path(sys.argv[1])).check_value)"
    argv = [sys.executable, "-c", script, str(path)]
    starts = [subprocess.Popen(argv, stdout=subprocess.PIPE) for _ in range(4)]
    assert {it.communicate()[0] for it in starts} == {f"{load_or_create(path).check_value}\n".encode()}


def test_no_file_is_a_lock_by_being_there() -> None:
    """O_EXCL is for scratch files; a lock is the kernel's, which takes it back.

    They have a random name, or, for an export, one whose killed predecessor is removed first.
    """
    programs = [*ROOT.glob("src/holdfast/**/*.py"), *ROOT.glob("engine/**/*.go")]
    assert {it.name for it in programs if "O_EXCL" in it.read_text()} <= {"files.py", "exporting.go"}
