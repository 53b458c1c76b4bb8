"""What people mistype: one line that says what to do, the right exit code, never a trace. In this process."""

import io
import shlex
from pathlib import Path

import pytest

from holdfast.cli.main import run

#: No gateway runs here, no simulator, and nobody sits at the terminal. TMP is an empty folder.
WRONG = (
    # typed, exit code, what the line says
    ("statsu", 2, "Did you mean 'status'"),
    ("stauts", 2, "Did you mean 'status'"),
    ("disconect office", 2, "Did you mean 'disconnect', 'connect'"),
    ("keys check", 2, "Did you mean 'key'"),
    ("lab fautl", 2, "Did you mean 'fault', 'faults'"),
    ("import bailyes x", 2, "Did you mean 'baileys'"),
    ("key make x", 2, "`holdfast key --help`"),
    ("config show nothing", 2, "`holdfast config --help`"),
    ("--bogus", 2, "`holdfast --help`"),
    ("status --jsno", 2, "--json"),
    ("booking list --day x", 2, "`holdfast booking list --help`"),
    ("doctor --bogus", 2, "`holdfast doctor --help`"),
    ("alert channel add mail --url x", 2, "--url"),
    ("pair --data", 2, "--data"),
    # a value that does not fit
    ("up --api-port 99999", 2, "65535"),
    ("up --api-port -1", 2, "--api-port"),
    ("up --api-port x", 2, "integer"),
    ("up --dashboard-port 0", 2, "--dashboard-port"),
    ("demo --api-port 0", 2, "`holdfast demo --help`"),
    ("dashboard --port 70000", 2, "65535"),
    ("lab start --port 99999", 2, "65535"),
    ("lab kick Ann --device x", 2, "--device"),
    ("lab clear x", 2, "integer"),
    ("timeline office --days 0", 2, "--days"),
    ("timeline office --days 9999", 2, "366"),
    ("key create x --scope everything", 2, "'metrics'"),
    ("key create x --days 0", 2, "--days"),
    ("user add anna --role king", 2, "'owner'"),
    ("user role anna king", 2, "'viewer'"),
    ("selftest --sessions 0", 2, "--sessions"),
    ("selftest --kills -1", 2, "--kills"),
    ("audit --last 0", 2, "--last"),
    ("alert history --last 0", 2, "--last"),
    # a word that is missing
    ("send", 2, "session"),
    ("send office", 2, "'to'"),
    ("send office +4915112345678", 1, "the text"),
    ("timeline", 2, "session"),
    ("connect", 2, "session"),
    ("rename office", 2, "name"),
    ("key create", 2, "name"),
    ("key revoke", 2, "KEY"),
    ("user add", 2, "name"),
    ("bot new", 2, "name"),
    ("bot run", 2, "files"),
    ("chats search", 2, "words"),
    ("cancel office", 2, "message"),
    ("check office", 2, "numbers"),
    ("quarantine restore", 2, "name"),
    ("lab fault", 2, "lab faults --known"),
    # a word that cannot be meant
    ("connect ''", 1, "empty"),
    ("disconnect ''", 1, "empty"),
    ("send office +4915112345678 hi --at yesterday", 1, "+90m"),
    ("send office +4915112345678 --location here", 1, "52.5163,13.3777"),
    ("bot new 'a b'", 1, "letters, digits"),
    ("config set bots TMP/none.json", 1, "JSON file"),
    # a file that is not there
    ("bot run TMP/none.py", 1, "examples/greeting.py"),
    ("bot run TMP", 1, "There is no file"),
    ("backup restore TMP/none", 1, "backup list"),
    ("backup verify TMP/none", 1, "backup list"),
    ("import baileys TMP/none -s x", 1, "folder or file"),
    ("master-key import --file TMP/none", 1, "another file"),
    ("backup create TMP", 1, "--passphrase-file"),
    ("up --data /dev/null/x", 2, "--data"),
    ("up --tls-cert TMP/none.pem", 2, "--tls-key"),
    ("up --tls-key TMP/none.pem", 2, "--tls-cert"),
    # nobody there
    ("status", 10, "`holdfast up`"),
    ("connect office", 10, "`holdfast up`"),
    ("logout office", 10, "`holdfast up`"),
    ("delete office --yes", 10, "`holdfast up`"),
    ("key show robot", 10, "`holdfast up`"),
    ("reload", 10, "`holdfast up`"),
    ("lab scan office", 1, "`holdfast lab start`"),
    ("lab phone Ann --number abc", 1, "`holdfast lab start`"),
)


@pytest.fixture(autouse=True)
def nobody_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty data folder, and no terminal."""
    monkeypatch.setenv("HOLDFAST_DATA", str(tmp_path))
    monkeypatch.setenv("HOLDFAST_MASTER_KEY_FILE", str(tmp_path / "master.key"))
    monkeypatch.setenv("HOLDFAST_TRACE", "1")
    monkeypatch.setattr("sys.stdin", io.StringIO())


@pytest.mark.parametrize(("typed", "code", "says"), WRONG, ids=[it[0] for it in WRONG])
def test_one_line_the_code_and_the_next_step(
    typed: str, code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        run(shlex.split(typed.replace("TMP", str(tmp_path))))
    err = capsys.readouterr().err
    assert left.value.code == code, err
    assert err.startswith("error "), err
    assert err.count("\n") == 1, err
    assert "Next step: " in err
    assert says in err


def test_a_failure_that_nobody_expected_shows_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.delenv("HOLDFAST_TRACE", raising=False)
    monkeypatch.setattr("holdfast.cli.page.link", breaks)
    with pytest.raises(SystemExit) as left:
        run(["dashboard-link"])
    err = capsys.readouterr().err
    assert (left.value.code, err.count("\n")) == (1, 1)
    assert "ZeroDivisionError: by zero" in err
    assert "HOLDFAST_TRACE=1" in err
