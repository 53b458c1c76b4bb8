"""Paths of the gateway's machine: short for its owner, without folders for everybody else."""

import pytest

from holdfast.dashboard.paths import shown

HOME = "/home/anna"


@pytest.mark.parametrize(
    ("said", "to_owner", "to_others"),
    [
        (f"9 MB free at {HOME}/.local/holdfast", "9 MB free at ~/.local/holdfast", "9 MB free at …/holdfast"),
        ("/srv/holdfast/data: denied", "/srv/holdfast/data: denied", "…/data: denied"),
        (f"{HOME}/a/b (644)", "~/a/b (644)", "…/b (644)"),
        ("12 files and folders", "12 files and folders", "12 files and folders"),
        ("see https://example.org/a/b", "see https://example.org/a/b", "see https://example.org/a/b"),
        ("read/write and 3/4", "read/write and 3/4", "read/write and 3/4"),
        ("/home/annabel/x/y", "/home/annabel/x/y", "…/y"),
        ("", "", ""),
    ],
)
def test_a_path_is_shown_to_whom_it_helps(said: str, to_owner: str, to_others: str) -> None:
    assert shown(said, HOME, to_owner=True) == to_owner
    assert shown(said, HOME, to_owner=False) == to_others
