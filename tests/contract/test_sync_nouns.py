"""The SDK for programs that wait has every call of the asynchronous one."""

import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType

import pytest

from holdfast import client, sync
from holdfast.sync import nouns

ROOT = Path(__file__).resolve().parents[2]


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sync_client", ROOT / "tools/sync_client.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["sync_client"] = made
    spec.loader.exec_module(made)
    return made


def test_it_is_generated_from_the_asynchronous_one() -> None:
    tool = _tool()
    assert tool.TARGET.read_text() == tool.generated(), "make sync"


def _nouns(of: object) -> dict[str, type]:
    return {name: type(value) for name, value in vars(of).items() if not name.startswith("_")}


def test_every_noun_is_there() -> None:
    waiting, asynchronous = (
        _nouns(sync.Client("http://127.0.0.1", "none")),
        _nouns(client.Client("http://127.0.0.1", "none")),
    )
    assert {name: it.__name__ for name, it in waiting.items()} == {
        name: it.__name__ for name, it in asynchronous.items()
    }


@pytest.mark.parametrize(
    "kind", [it for it in vars(nouns).values() if inspect.isclass(it) and it.__module__ == nouns.__name__]
)
def test_no_call_has_to_be_awaited(kind: type) -> None:
    calls = [it for name, it in vars(kind).items() if inspect.isfunction(it) and not name.startswith("_")]
    assert calls
    assert [
        it.__name__ for it in calls if inspect.iscoroutinefunction(it) or inspect.isasyncgenfunction(it)
    ] == []
