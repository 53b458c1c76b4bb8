"""Builds the documents as a site: `make docs`. The pages of docs/, and the references made from the code.

The site loads nothing from elsewhere. A link that leads nowhere fails, and so does a page that asks another
host for something.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from http_page import http_page
from python_page import python_page

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCES: Final = ROOT / "build/docs"
SITE: Final = ROOT / "build/site"
#: Pages of the repository's root that belong to the site, and what they are called there.
_ROOT_PAGES: Final = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "weaknesses.md",
    "CHANGELOG.md": "changes.md",
}
_LINK: Final = re.compile(r"(?<=\])\(([^)\s#]*)(#[^)\s]*)?\)")
#: What makes a browser fetch something; links that somebody clicks are none of these.
_FETCHED: Final = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "video": "src",
}


def gather() -> None:
    """Every page at its place in the site, its links written as the site needs them."""
    shutil.rmtree(SOURCES, ignore_errors=True)
    shutil.copytree(ROOT / "docs", SOURCES, ignore=shutil.ignore_patterns("screenshots"))
    for name, there in _ROOT_PAGES.items():
        (SOURCES / there).write_text((ROOT / name).read_text())
    for page in SOURCES.rglob("*.md"):
        shown = page.relative_to(SOURCES).as_posix()
        source = next(
            (ROOT / it for it, there in _ROOT_PAGES.items() if there == shown), ROOT / "docs" / shown
        )
        page.write_text(_LINK.sub(partial(_rewritten, source=source, page=page), page.read_text()))
    reference = SOURCES / "reference"
    reference.mkdir()
    (reference / "python.md").write_text(python_page())
    (reference / "http.md").write_text(http_page())


def _rewritten(link: re.Match[str], source: Path, page: Path) -> str:
    """The link of a page, from where the page is now. What is no page of the site is named and not linked."""
    target, anchor = link[1], link[2] or ""
    if not target or "://" in target or target.startswith("mailto:"):
        return link[0]
    meant = (source.parent / target).resolve()
    if meant.parent == ROOT and meant.name in _ROOT_PAGES:
        there = SOURCES / _ROOT_PAGES[meant.name]
    elif meant.is_relative_to(ROOT / "docs"):
        there = SOURCES / meant.relative_to(ROOT / "docs")
        if meant.is_dir():
            there /= "README.md"
    else:
        return f" (`{meant.relative_to(ROOT).as_posix()}`)"
    return f"({_from(page.parent, there)}{anchor})"


def _from(folder: Path, there: Path) -> str:
    up = 0
    while not there.is_relative_to(folder):
        folder, up = folder.parent, up + 1
    return "../" * up + there.relative_to(folder).as_posix()


class _Fetched(HTMLParser):
    """The addresses that a page fetches by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        given = dict(attrs)
        if tag in _FETCHED and given.get("rel") not in {"canonical", "prev", "next"}:
            self.addresses.append(given.get(_FETCHED[tag]) or "")


def fetched_elsewhere() -> Iterator[str]:
    """Every page that asks another host for something, with what it asks for."""
    for page in SITE.rglob("*.html"):
        parser = _Fetched()
        parser.feed(page.read_text())
        for address in parser.addresses:
            if re.match(r"(https?:)?//", address):
                yield f"{page.relative_to(SITE)} fetches {address}"


def main() -> int:
    """The exit code."""
    gather()
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", SITE],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=False,
    )
    if built.returncode:
        return built.returncode
    wrong = list(fetched_elsewhere())
    sys.stdout.write("".join(f"{it}\n" for it in wrong) or f"{SITE.relative_to(ROOT)}/index.html\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
