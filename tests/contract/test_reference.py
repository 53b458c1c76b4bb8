"""The Python reference is complete: every public name says what it promises."""

import importlib.util
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


PYTHON = _tool("python_page")


def _promised(module: str) -> Iterator[tuple[str, Any]]:
    offered = dict(PYTHON.public(module))
    if module == "holdfast.client":
        offered |= {kind.__name__: kind for _, kind in PYTHON.rooms()}
    for name, value in offered.items():
        if inspect.isclass(value) or inspect.isfunction(value):
            yield name, value
        if inspect.isclass(value):
            yield from ((f"{name}.{each}", member) for each, member in PYTHON.members(value))


@pytest.mark.parametrize("module", PYTHON._MODULES)
def test_every_public_name_says_what_it_promises(module: str) -> None:
    said = {name: (inspect.getdoc(value) or "").partition("\n")[0] for name, value in _promised(module)}
    assert len(said) > 10
    assert [name for name, line in said.items() if not line.endswith((".", ":", "?", "…", "!"))] == []


def test_both_references_are_made() -> None:
    python, http = PYTHON.python_page(), _tool("http_page").http_page()
    for name in (
        "### Client",
        "`async send(",
        "[Sessions](#sessions)",
        "### Bot",
        "**options: Unpack[SendOptions]",
    ):
        assert name in python
    for name in ("### `POST /v1/sessions/{ref}/messages`", '"to": "+4915112345678"', "`409` Conflict"):
        assert name in http
