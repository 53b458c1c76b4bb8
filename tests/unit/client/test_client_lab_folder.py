"""A lab lies beside the folder of real numbers, and is never meant by accident."""

from pathlib import Path

import pytest

from holdfast.client import data_folder, lab_folder
from holdfast.client.errors import GatewayUnreachable
from holdfast.client.locate import Locator


def test_it_is_a_folder_of_its_own_unless_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("HOLDFAST_DATA", raising=False)
    assert (data_folder(), lab_folder()) == (tmp_path / "holdfast", tmp_path / "holdfast-lab")
    monkeypatch.setenv("HOLDFAST_DATA", str(tmp_path / "x"))
    assert data_folder() == lab_folder() == tmp_path / "x"


def test_where_only_a_lab_runs_the_next_step_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    for name in ("HOLDFAST_DATA", "HOLDFAST_URL", "HOLDFAST_KEY"):
        monkeypatch.delenv(name, raising=False)
    run = tmp_path / "holdfast-lab" / "run"
    run.mkdir(parents=True)
    with pytest.raises(GatewayUnreachable) as refused:
        Locator().find()
    assert "holdfast-lab" not in refused.value.next_step
    (run / "gateway.json").write_text("{}")
    with pytest.raises(GatewayUnreachable) as refused:
        Locator().find()
    assert f"`export HOLDFAST_DATA={tmp_path / 'holdfast-lab'}`" in refused.value.next_step
