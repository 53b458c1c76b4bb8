"""Logins: a cookie alone opens nothing, the file names no cookie, and a restart logs nobody out."""

import stat
from datetime import datetime
from pathlib import Path

from dashboard_values import NOW, later

from holdfast.dashboard.logins import Logins


def test_a_cookie_finds_its_key_until_it_is_dropped(tmp_path: Path) -> None:
    logins = Logins(tmp_path / "logins.json")
    one, other = logins.admit("hf_one", "ten", None), logins.admit("hf_other", "ten", None)
    assert one != other
    found = logins.find(one)
    assert found is not None
    assert found.key == "hf_one"
    assert logins.holds(found)
    logins.drop(found.id)
    assert logins.find(one) is None
    assert not logins.holds(found)
    assert logins.find(other) is not None
    assert logins.find(None) is None
    assert logins.find("guess") is None


def test_a_restart_logs_nobody_out_and_the_file_is_no_cookie(tmp_path: Path) -> None:
    path = tmp_path / "run" / "logins.json"
    cookie = Logins(path).admit("hf_one", "ten", None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert cookie not in path.read_text()
    found = Logins(path).find(cookie)
    assert found is not None
    assert "hf_one" not in repr(found)


def test_a_key_ends_with_its_time(tmp_path: Path) -> None:
    time = [NOW]

    def now() -> datetime:
        return time[0]

    logins = Logins(tmp_path / "logins.json", now)
    cookie = logins.admit("hf_one", "ten", later(60))
    login = logins.find(cookie)
    assert login is not None
    time[0] = later(61)
    assert not logins.holds(login)
    assert logins.find(cookie) is None
    assert Logins(tmp_path / "logins.json", lambda: NOW).find(cookie) is None, "it was removed from the file"


def test_a_torn_file_means_nobody_is_logged_in(tmp_path: Path) -> None:
    path = tmp_path / "logins.json"
    path.write_text('[{"id": "x"')
    assert Logins(path).find("x") is None
