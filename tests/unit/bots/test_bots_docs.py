"""The bots that the documents show can be loaded as they stand."""

import re
from pathlib import Path

import pytest

from holdfast.bots import Bot, load

ROOT = Path(__file__).resolve().parents[3]
_PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


def _bots() -> list[tuple[str, str]]:
    pages = (ROOT / "README.md", ROOT / "docs/bots.md", ROOT / "docs/lab.md")
    found = [(page.name, it) for page in pages for it in _PYTHON.findall(page.read_text())]
    return [(page, program) for page, program in found if re.search(r"^bot = Bot\(", program, re.MULTILINE)]


@pytest.mark.parametrize(("page", "program"), _bots(), ids=[page for page, _ in _bots()])
def test_a_bot_of_the_documents_is_one(page: str, program: str, tmp_path: Path) -> None:
    file = tmp_path / "shown.py"
    file.write_text(program)
    loaded = load(file)
    assert isinstance(loaded, Bot)
    assert f'Bot("{loaded.name}")' in program


def test_both_pages_that_teach_bots_show_one() -> None:
    assert {"README.md", "bots.md"} <= {page for page, _ in _bots()}


def test_the_bot_of_the_readme_is_the_example() -> None:
    shown = next(program for page, program in _bots() if page == "README.md")
    example = (ROOT / "examples/greeting.py").read_text()
    assert shown.strip() in example
