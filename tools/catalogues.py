"""Brings the dashboard's catalogues up to date with the sentences in the code: `make catalogues`.

New sentences come in without a translation, those that nobody says any more leave; a test fails while one is
missing.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from holdfast.chauffeur.documents import register
from holdfast.configuration.kinds import Kinds
from holdfast.dashboard import shapes
from holdfast.dashboard.language import ENGLISH, FOLDER, LANGUAGES
from holdfast.model import words
from holdfast.model.verdicts import BANS

DASHBOARD: Final = FOLDER.parent
_PYTHON: Final = {"_": None, "N_": None, "ngettext": (1, 2), "NN_": (1, 2)}
_TEMPLATES: Final = {"_": None, "gettext": None, "ngettext": (1, 2)}
_OPTIONS: Final = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
_OF_THE_MOMENT: Final = re.compile(
    rb'^"(POT?-\w+-Date|Last-Translator|Language-Team|Project-Id-Version|Report-Msgid-Bugs-To|Generated-By).*\n',
    re.M,
)
_HEADER: Final = (
    "# Sentences of the dashboard in %(language)s. `make catalogues` keeps them in step with the code."
)


def sentences() -> Catalog:
    """Every sentence that a page can say, without translations."""
    found = Catalog(charset="utf-8")
    for said in (*_in_python(), *_in_templates(), *_by_code(), *_of_documents(), *_of_acts()):
        found.add(said)
    return found


def catalogue(locale: str) -> Catalog:
    """The catalogue of a language as it stands."""
    path = FOLDER / f"{locale}.po"
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def _in_python() -> Iterator[Any]:
    for path in sorted(DASHBOARD.rglob("*.py")):
        with path.open("rb") as file:
            yield from (it[1] for it in extract("python", file, keywords=_PYTHON))


def _in_templates() -> Iterator[Any]:
    for path in sorted((DASHBOARD / "templates").glob("*.html")):
        with path.open("rb") as file:
            yield from (it[1] for it in extract(babel_extract, file, keywords=_TEMPLATES, options=_OPTIONS))


def _by_code() -> Iterator[str]:
    """What codes mean. Full stops at the end are set by whoever shows them."""
    tables: tuple[Mapping[Any, words.Words], ...] = (
        words.ERRORS,
        words.REASONS,
        words.ALERTS,
        words.CHECKS,
        words.WARNINGS,
    )
    for table in tables:
        for said in table.values():
            yield from (it for it in (said.sentence, said.next_step) if it)
    yield from (*words.STATES.values(), *words.REPAIRS.values(), *BANS.values())


def _of_documents() -> Iterator[str]:
    """What the forms of shipped documents call their fields, and say about them."""
    kinds = Kinds()
    register(kinds)
    for kind in map(kinds.get, kinds.names):
        yield from (kind.about, shapes.words_of(kind.name))
        for model in (kind.model, kind.question):
            if model is not None:
                yield from _of_shape(shapes.shape_of(model.model_json_schema()))


def _of_acts() -> Iterator[str]:
    """What the audit calls each act: the summaries of endpoints that change something."""
    for room in ("api", "chauffeur"):
        for path in sorted((DASHBOARD.parent / room).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.AsyncFunctionDef):
                    yield from (it for decorator in node.decorator_list if (it := _summary(decorator)))


def _summary(decorator: ast.expr) -> str:
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return ""
    named = {it.arg: it.value for it in decorator.keywords}
    said = named.get("summary")
    acts = decorator.func.attr in {"post", "put", "patch", "delete"}
    return str(said.value) if acts and isinstance(said, ast.Constant) else ""


def _of_shape(shape: shapes.Shape) -> Iterator[str]:
    yield from (it for it in (shape.label, shape.help) if it)
    yield from map(shapes.option_words, shape.options)
    for part in (*(part for _, part in shape.parts), *((shape.item,) if shape.item else ())):
        yield from _of_shape(part)


def _written(held: Catalog) -> bytes:
    """A catalogue as its file, which changes only where a sentence does: it holds no dates and no places."""
    written = BytesIO()
    write_po(written, held, no_location=True, sort_output=True, width=116, ignore_obsolete=True)
    return _OF_THE_MOMENT.sub(b"", written.getvalue())


def main() -> int:
    """Write the catalogues; say how many sentences wait for a translation. The exit code: 0."""
    for language in LANGUAGES.values():
        if language is ENGLISH:
            continue
        held = catalogue(language.locale)
        held.update(sentences(), no_fuzzy_matching=True)
        held.obsolete.clear()
        held.header_comment = _HEADER % {"language": language.name}
        (FOLDER / f"{language.locale}.po").write_bytes(_written(held))
        waiting = sum(not all(it.string if it.pluralizable else (it.string,)) for it in held if it.id)
        sys.stdout.write(f"{language.name}: {waiting} of {len(held)} sentences wait for a translation\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
