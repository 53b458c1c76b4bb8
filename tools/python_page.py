"""The Python reference: every public name with its signature and its promise, out of the code."""

import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any, Final, get_args

from holdfast.model.content import Content

_MODULES: Final = {
    "holdfast.client": "The SDK",
    "holdfast.sync": "The SDK without an event loop",
    "holdfast.bots": "Bots",
    "holdfast.lab": "The lab",
    "holdfast.model.content": "What a message holds",
    "holdfast.model.events": "What an event holds",
}
#: What any message may hold is one name in the reference.
_CONTENTS: Final = " | ".join(it.__name__ for it in get_args(Content))
_HEAD: Final = """\
# Python reference

Every public name, made from the code. Where to begin: [the API, noun by noun](../api/README.md),
[bots](../bots.md), [the lab](../lab.md). Methods that are written with `async` are awaited. Every error that
is raised is a `HoldfastError` with `code`, `message` and `next_step`.
"""


def public(module: str) -> Iterator[tuple[str, Any]]:
    """The names that a module offers, with what they are."""
    found = importlib.import_module(module)
    names = getattr(found, "__all__", None) or [it for it in vars(found) if not it.startswith("_")]
    for name in sorted(names):
        value = getattr(found, name)
        if hasattr(found, "__all__") or getattr(value, "__module__", None) == module:
            yield name, value


def rooms() -> Iterator[tuple[str, type]]:
    """What a client is made of (`client.sessions`, …), with the class of each."""
    from holdfast.client import Client

    for name, value in vars(Client("http://127.0.0.1", "none")).items():
        if not name.startswith("_"):
            yield name, type(value)


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class, also those inherited from classes of ours."""
    seen: set[str] = set()
    for base in kind.__mro__:
        if not base.__module__.startswith("holdfast"):
            continue
        for name, value in vars(base).items():
            wrapped = value.__func__ if isinstance(value, classmethod | staticmethod) else value
            shown = inspect.isfunction(wrapped) or isinstance(value, property)
            if not name.startswith("_") and shown and name not in seen:
                seen.add(name)
                yield name, value if isinstance(value, property) else wrapped


def python_page() -> str:
    """The page."""
    parts = [_HEAD]
    for module, title in _MODULES.items():
        parts.append(f"\n## {title}: `{module}`\n\n{_said(importlib.import_module(module))}\n")
        offered = dict(public(module))
        if module == "holdfast.client":
            offered |= {kind.__name__: kind for _, kind in rooms()}
        for name, value in sorted(offered.items()):
            parts.append(f"\n### {name}\n\n" + "\n".join(_shown(name, value)) + "\n")
    return "".join(parts)


def _shown(name: str, value: Any) -> Iterator[str]:
    if inspect.isclass(value):
        if issubclass(value, BaseException):
            yield f"`{name}({value.__base__.__name__ if value.__base__ else ''})`" + _code(value)
        else:
            yield f"```python\nclass {name}{_fields_of(value)}\n```"
        yield f"\n{_said(value)}\n"
        if value.__name__ == "Client":
            yield "".join(
                f"* **`{name}`**: [{kind.__name__}](#{kind.__name__.lower()})\n" for name, kind in rooms()
            )
        for each, member in members(value):
            if isinstance(member, property):
                yield f"* **`{each}`**: {_said(member, one_line=True)}"
            else:
                word = "async " if inspect.iscoroutinefunction(member) else ""
                yield f"* **`{word}{each}{_signature(member)}`**: {_said(member, one_line=True)}"
    elif callable(value):
        word = "async def" if inspect.iscoroutinefunction(value) else "def"
        yield f"```python\n{word} {name}{_signature(value)}\n```\n\n{_said(value)}"
    else:
        yield f"`{name}` = `{value!r}`"


def _code(error: type) -> str:
    code = getattr(error, "code", "")
    return f": code `{code}`" if isinstance(code, str) and code else ""


def _fields_of(kind: type) -> str:
    if not dataclasses.is_dataclass(kind):
        made = inspect.signature(kind.__init__) if "__init__" in vars(kind) else None
        return "" if made is None else _signature(kind.__init__)
    lines = [
        f"    {it.name}: {_type(it.type)}" for it in dataclasses.fields(kind) if not it.name.startswith("_")
    ]
    return ":\n" + "\n".join(lines) if lines else ""


def _type(annotation: object) -> str:
    said = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return re.sub(r"\b(?:holdfast|collections|typing|datetime|pathlib)\.(?:[a-z_]+\.)*", "", said)


def _signature(function: Any) -> str:
    try:
        given = inspect.signature(function)
    except (TypeError, ValueError):
        return "(…)"
    kept = [
        it
        for name, it in given.parameters.items()
        if name not in {"self", "cls"} and not name.startswith("_")
    ]
    said = _type(str(given.replace(parameters=kept)))
    said = said.replace("*class 'SendOptions'", "Unpack[SendOptions]").replace(
        "*<class 'SendOptions'>", "Unpack[SendOptions]"
    )
    return _type(re.sub(r"<class '([\w.]+)'>", r"\1", said).replace(_CONTENTS, "Content"))


def _said(value: Any, *, one_line: bool = False) -> str:
    text = inspect.getdoc(value) or ""
    return " ".join(text.split()) if one_line else text
