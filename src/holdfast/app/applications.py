"""Applications: rooms above all others that none of them knows, mounted where they are switched on.

A package names its own under the entry points `holdfast.applications`; `HOLDFAST_APPLICATIONS` switches on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

from holdfast.api.rooms import Rooms
from holdfast.journal import Journal
from holdfast.model.errors import SettingsError
from holdfast.outbox import Outbox
from holdfast.store import Store

if TYPE_CHECKING:
    from fastapi import FastAPI

_GROUP: Final = "holdfast.applications"


@dataclass(frozen=True, slots=True)
class Ground:
    """What an application stands on."""

    store: Store
    journal: Journal
    outbox: Outbox
    rooms: Rooms


#: Adds an application's endpoints to the gateway's, and its acts to the steps of bots.
Mount = Callable[[Ground, "FastAPI"], None]


def named(names: str) -> Sequence[str]:
    """The words of a setting, each once."""
    return list(dict.fromkeys(names.replace(",", " ").split()))


def find(names: str) -> Sequence[Mount]:
    """The applications of these names, words with spaces or commas between. Raises SettingsError."""
    wanted = named(names)
    if not wanted:
        return ()
    known = {it.name: it for it in entry_points(group=_GROUP)}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise SettingsError(
            f"There is no application {unknown[0]}; there are {', '.join(sorted(known)) or 'none'}",
            next_step="Correct HOLDFAST_APPLICATIONS.",
        )
    return [known[name].load() for name in wanted]
