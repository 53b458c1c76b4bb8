"""What a killed restore had unpacked, its master key in the clear, stayed in the data folder.

Killed before its plan was written, or when everything had got its place: no plan, so nobody cleared it away.
"""

from pathlib import Path

from holdfast.backup import finish


def test_the_next_start_clears_it_away(tmp_path: Path) -> None:
    unpacked = tmp_path / "restore" / "content"
    unpacked.mkdir(parents=True)
    (unpacked / "master.key").write_text("a key")
    assert not finish(tmp_path)
    assert not (tmp_path / "restore").exists()
