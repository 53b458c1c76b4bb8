"""Finds what a person would read and no catalogue has: in templates, in Python, in scripts."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import nodes

from holdfast.dashboard.render import _ENVIRONMENT

#: What a person reads of a tag's attributes.
SPOKEN = frozenset({"alt", "aria-label", "data-sure", "placeholder", "title"})
#: What stands in them is for programs, or is a name.
_SILENT = frozenset({"code", "pre", "script", "style", "svg"})
_NAMES = frozenset({"Holdfast", "JSON"})
_GETTEXT = frozenset({"_", "N_", "NN_", "gettext", "ngettext"})
#: Two words at least, and no code.
_PROSE = re.compile(r"[A-Za-z’']{2,}[,;:]? [a-z’']{2,}")
_CODE = re.compile(r"hf-|[=<>/_{}]|'self'")


def in_template(name: str) -> list[str]:
    """What a template says by itself."""
    source = _ENVIRONMENT.loader.get_source(_ENVIRONMENT, name)[0]  # type: ignore[union-attr]
    reader = _Reader()
    reader.feed("".join(_skeleton(_ENVIRONMENT.parse(source))))
    return reader.found


def variable_sentences(name: str) -> list[int]:
    """Lines of a template that look up what is no literal: that would not be escaped."""
    source = _ENVIRONMENT.loader.get_source(_ENVIRONMENT, name)[0]  # type: ignore[union-attr]
    calls = _ENVIRONMENT.parse(source).find_all(nodes.Call)
    return [
        call.lineno
        for call in calls
        if isinstance(call.node, nodes.Name)
        and call.node.name in _GETTEXT
        and not all(isinstance(it, nodes.Const) for it in call.args[: 2 if "n" in call.node.name else 1])
    ]


def _skeleton(node: nodes.Node) -> Iterator[str]:
    """The HTML of a template with its values left out, and the words that it chooses by itself."""
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Output):
        for part in node.nodes:
            yield from _skeleton(part) if isinstance(part, nodes.TemplateData) else _chosen(part)
    elif not isinstance(node, nodes.Expr):
        for part in node.iter_child_nodes():
            yield from _skeleton(part)


def _chosen(expression: nodes.Node) -> Iterator[str]:
    match expression:
        case nodes.Const() if isinstance(expression.value, str):
            yield expression.value
        case nodes.CondExpr():
            yield from _chosen(expression.expr1)
            if expression.expr2 is not None:
                yield from _chosen(expression.expr2)
        case nodes.Or():
            yield from _chosen(expression.left)
            yield from _chosen(expression.right)
        case nodes.Concat():
            for part in expression.nodes:
                yield from _chosen(part)
    yield " "


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        for name, value in attrs:
            if name in SPOKEN:
                self._hear(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._hear(data)

    def _hear(self, text: str) -> None:
        if '="' in text:  # attributes that a macro writes
            return
        words = [it for it in re.findall(r"[^\W\d_]{2,}", text) if it not in _NAMES]
        if words:
            self.found.append(" ".join(text.split()))


def in_script(path: Path) -> list[str]:
    """What a script's Vue template says by itself."""
    found = re.search(r"template: `(.*?)`,\n", path.read_text(), re.DOTALL)
    if found is None:
        return []
    reader = _Reader()
    reader.feed(re.sub(r"\{\{.*?\}\}", " ", found[1], flags=re.DOTALL))
    return reader.found


def in_python(path: Path) -> list[str]:
    """Literals of a module that are sentences, and are not marked for the catalogues."""
    tree = ast.parse(path.read_text())
    marked = {id(it) for call in ast.walk(tree) if _marks(call) for it in ast.walk(call)}
    docs = {id(it.value) for it in ast.walk(tree) if isinstance(it, ast.Expr)}
    docs |= {id(it.value) for it in ast.walk(tree) if isinstance(it, ast.keyword) and it.arg == "name"}
    texts = [it for it in ast.walk(tree) if isinstance(it, ast.Constant) and isinstance(it.value, str)]
    unmarked = (it.value for it in texts if id(it) not in marked | docs)
    return [it for it in unmarked if _PROSE.search(it) and not _CODE.search(it)]


def _marks(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Attribute):  # what is logged is for whoever runs it
        return isinstance(called.value, ast.Name) and called.value.id == "log"
    return isinstance(called, ast.Name) and called.id in _GETTEXT
