"""Clock, ids, backoff, atomic files, kill points, masks."""

import json
import os
import signal
import stat
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kit import killpoint, logging
from holdfast.kit.backoff import backoff
from holdfast.kit.files import write_atomically
from holdfast.kit.ids import new_id, new_message_id
from holdfast.kit.iso import iso, iso_or_none


def test_times_are_iso_utc_with_milliseconds() -> None:
    assert iso(0) == "1970-01-01T00:00:00.000Z"
    assert iso(1_795_557_995_007) == "2026-11-24T22:06:35.007Z"
    assert iso_or_none(None) is None
    assert iso_or_none(0) == "1970-01-01T00:00:00.000Z"


def test_ids_rise_and_never_repeat() -> None:
    ids = [new_id("evt") for _ in range(5000)]
    assert ids == sorted(set(ids))
    assert all(len(each) == len("evt_") + 26 for each in ids)


def test_message_ids_look_like_those_of_web_clients() -> None:
    ids = {new_message_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(each) == 22 and each.startswith("3EB0") and each == each.upper() for each in ids)


@given(attempt=st.integers(0, 10_000), roll=st.floats(0, 1, exclude_max=True))
def test_backoff_is_anywhere_between_a_tenth_of_the_ceiling_and_all_of_it(attempt: int, roll: float) -> None:
    delay = backoff(attempt, base_s=2, cap_s=60, roll=roll)
    ceiling = min(60, 2 * 2 ** min(attempt, 32))
    assert ceiling / 10 <= delay <= ceiling
    assert backoff(attempt, base_s=2, cap_s=60, roll=0.5) == pytest.approx(ceiling * 0.55)


def test_backoff_doubles_up_to_its_cap() -> None:
    waits = [backoff(n, base_s=1, cap_s=5, roll=0) for n in range(5)]
    assert waits == pytest.approx([0.1, 0.2, 0.4, 0.5, 0.5])


def test_a_file_is_replaced_whole_and_private_from_the_first_moment(tmp_path: Path) -> None:
    path = tmp_path / "local.key"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["local.key"]


def test_a_write_that_fails_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "registry.json"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["registry.json"]


def test_a_kill_point_kills_the_one_process_that_claims_it(tmp_path: Path) -> None:
    (tmp_path / "inbox_committed").touch()
    program = (
        "import sys; from pathlib import Path; from holdfast.kit import killpoint;"
        "killpoint.configure(Path(sys.argv[1]));"
        "killpoint.pass_('other'); print('here', flush=True);"
        "killpoint.pass_('inbox_committed'); print('never')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout == "here\n"
    assert not (tmp_path / "inbox_committed").exists()


def test_without_lab_mode_no_point_kills(tmp_path: Path) -> None:
    (tmp_path / "inbox_committed").touch()
    killpoint.configure(None)
    killpoint.pass_("inbox_committed")
    assert (tmp_path / "inbox_committed").exists()


def test_logs_are_json_lines_with_level_and_time() -> None:
    out = StringIO()
    logging.configure(stream=out)
    try:
        logging.get("store").info("store.available", units=3)
    finally:
        logging.configure()
    line = json.loads(out.getvalue())
    assert line["event"] == "store.available"
    assert (line["level"], line["units"], line["room"]) == ("info", 3, "store")
    assert line["at"].endswith("Z")
