"""The documents lead to what is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def _documents() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "*.md", ":!tests"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return listed.stdout.split()


@pytest.mark.parametrize("name", _documents())
def test_every_link_leads_somewhere(name: str) -> None:
    document = ROOT / name
    for link in _LINK.findall(document.read_text()):
        path, _, _ = link.partition("#")
        if path and "://" not in link and not link.startswith("mailto:"):
            assert (document.parent / path).exists(), f"{name} links to {link}"


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(_LINK.findall((folder / "README.md").read_text()))
    assert {page.name for page in folder.glob("*.md")} - {"README.md"} == listed - {"../architecture.md"}
