"""Whatever a page says is in every catalogue, and every catalogue says it with the same values."""

import importlib.util
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from prose import in_python, in_script, in_template, variable_sentences

from holdfast.dashboard.drawn import BOARD, QR
from holdfast.dashboard.language import ENGLISH, FOLDER, LANGUAGES
from holdfast.dashboard.render import _ENVIRONMENT

ROOT = Path(__file__).parents[3]
DASHBOARD, STATIC = FOLDER.parent, FOLDER.parent / "static"
TRANSLATED = [it.locale for it in LANGUAGES.values() if it is not ENGLISH]
TEMPLATES = _ENVIRONMENT.list_templates()
#: What they say goes to a terminal, or to another site.
FOR_OTHERS = {"answers.py", "options.py", "server.py", "__main__.py"}
#: Looked for in what the gateway says, and put together with other words before it is looked up.
PARTS = {"nothing to do", "per minute"}


@cache
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "tools/catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def said() -> frozenset[Any]:
    return frozenset(it.id for it in tool().sentences() if it.id)


@cache
def catalogue(locale: str) -> Any:
    return tool().catalogue(locale)


def pairs(locale: str) -> list[tuple[str, str, bool]]:
    """Each sentence beside its translation; of those with a count the one of many, beside each form."""
    found = []
    for it in catalogue(locale):
        if it.id and it.pluralizable:
            found += [(it.id[1], form, True) for form in it.string]
        elif it.id:
            found.append((it.id, it.string, False))
    return found


@pytest.mark.parametrize("locale", TRANSLATED)
def test_a_catalogue_has_every_sentence_and_no_other(locale: str) -> None:
    held = {it.id for it in catalogue(locale) if it.id}
    assert said() - held == set(), "`make catalogues` brings them in"
    assert held - said() == set(), "`make catalogues` takes them out"


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_sentence_is_translated(locale: str) -> None:
    assert [ours for ours, theirs, _ in pairs(locale) if not theirs.strip()] == []
    assert [it.id for it in catalogue(locale) if it.fuzzy and it.id] == []
    assert all(len(it.string) == catalogue(locale).num_plurals for it in catalogue(locale) if it.pluralizable)


@pytest.mark.parametrize("locale", TRANSLATED)
@pytest.mark.parametrize(
    "what",
    [
        pytest.param(r"%\(\w+\)[sd]|%%|%(?!\()", id="values"),
        pytest.param(r"<[^>]+>", id="markup"),
        pytest.param(r"`[^`]+`|HOLDFAST_\w+|\bhttps?://\S+|\{\w+\}", id="code"),
    ],
)
def test_a_translation_has_what_its_sentence_has(locale: str, what: str) -> None:
    wrong = []
    for ours, theirs, counted in pairs(locale):
        had, has = Counter(re.findall(what, ours)), Counter(re.findall(what, theirs))
        # One thing may be named without its count.
        if has != had and not (counted and has <= had):
            wrong.append((ours, theirs))
    assert wrong == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_says_nothing_by_itself(name: str) -> None:
    assert in_template(name) == []
    assert variable_sentences(name) == []


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda it: it.name)
def test_a_script_says_nothing_by_itself(path: Path) -> None:
    assert in_script(path) == []


def test_no_module_says_what_no_catalogue_has() -> None:
    modules = [it for it in DASHBOARD.rglob("*.py") if it.name not in FOR_OTHERS]
    assert {it.name: found for it in modules if (found := set(in_python(it)) - PARTS)} == {}


@pytest.mark.parametrize(("script", "table"), [("board.js", BOARD), ("qr.js", QR)])
def test_scripts_are_told_what_they_say_and_nothing_else(script: str, table: dict[str, str]) -> None:
    text = (STATIC / script).read_text()
    assert set(re.findall(r'(?:\bwords\.|said\(")(\w+)', text)) - {"language", "js"} <= set(table)
    assert [name for name in table if not re.search(rf'\b{name}\b|"{name}"', text)] == []
