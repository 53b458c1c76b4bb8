"""Backups: encrypted archives of an installation, and their way back.

An installation, a choice and a lock enter, an archive leaves; an archive and a key enter, a data folder
leaves. It never writes to a folder that somebody serves, and never replaces credentials that its owner did
not give up.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holdfast.backup.archive import describe
    from holdfast.backup.locks import Key, Lock
    from holdfast.backup.making import Choice, Installation, Made, Progress, make
    from holdfast.backup.manifest import Description, Manifest, Number
    from holdfast.backup.places import Place, Stored, place_at, split
    from holdfast.backup.placing import finish
    from holdfast.backup.restoring import Restored, Target, Wish, restore, unpack
    from holdfast.backup.service import Backups

# Each name is imported when somebody asks for it: a gateway that makes no backup pays for none of it.
_PLACES = {
    "archive": ("describe",),
    "locks": ("Key", "Lock"),
    "making": ("Choice", "Installation", "Made", "Progress", "make"),
    "manifest": ("Description", "Manifest", "Number"),
    "places": ("Place", "Stored", "place_at", "split"),
    "placing": ("finish",),
    "restoring": ("Restored", "Target", "Wish", "restore", "unpack"),
    "service": ("Backups",),
}

__all__ = [
    "Backups",
    "Choice",
    "Description",
    "Installation",
    "Key",
    "Lock",
    "Made",
    "Manifest",
    "Number",
    "Place",
    "Progress",
    "Restored",
    "Stored",
    "Target",
    "Wish",
    "describe",
    "finish",
    "make",
    "place_at",
    "restore",
    "split",
    "unpack",
]


def __getattr__(name: str) -> Any:
    for place, names in _PLACES.items():
        if name in names:
            return getattr(importlib.import_module(f"holdfast.backup.{place}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
