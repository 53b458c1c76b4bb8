"""Rows: what happens to Holdfast's own processes, files, disk, clock and network."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from faults.row import Come, Deed, Ground, Row, WayOut
from holdfast.model.reasons import Reason

_BACK = "reconnecting connected"
_RESTORED = "connecting connected"
_DAYS = timedelta(days=30)
_SILENT = "unstable reconnecting connected"
#: The newest good snapshot takes the file's place, and its owner is told. Alone it takes half of that time.
_REPAIRED = Come(_RESTORED, Reason.RESTORED_FROM_SNAPSHOT, back_s=10.0)
_FILE, _SAVED = "sessions/NUMBER/session.db", "snapshots/NUMBER/*/session.db"


def _row(name: str, deed: str, come: Come, *, fast: bool = False, **args: Any) -> Row:
    return Row(name, Deed(deed, args), come, fast=fast)


def _harmed(name: str, file: str, harm: str, come: Come | None = None, seed: int = 0) -> Row:
    """Everything was stopped when it happened."""
    come = come or Come(_RESTORED)
    return Row(name, Deed("while_down", {"file": file, "harm": harm, "seed": seed}), come)


def _cut(name: str, held_s: float, come: Come, pace: float = 8.0) -> Row:
    return Row(name, Deed("cut_network"), come, held_s=held_s, pace=pace, ground=Ground.NETWORK)


ROWS: Sequence[Row] = (
    # processes
    _row("gateway killed", "kill", Come(_RESTORED, attempts=0), fast=True, what="gateway"),
    _row("engine killed", "kill", Come(_BACK, Reason.ENGINE_DOWN), fast=True, what="engine"),
    _row("both killed", "kill", Come(_RESTORED), fast=True, what="both"),
    _row("gateway reloaded", "reload", Come(_RESTORED, attempts=0)),
    _row("simulator restarted", "restart_simulator", Come(_BACK, Reason.NETWORK, attempts=None)),
    _row("second engine on the folder", "second_engine", Come(attempts=0)),
    _row("second gateway on the folder", "second_gateway", Come(attempts=0)),
    Row(
        "gateway reloaded while a code is shown",
        Deed("reload"),
        Come("pairing new", attempts=1, qr=True, credentials_kept=False, way_out=WayOut.PAIR),
        linking=True,
        talks=False,
    ),
    # clocks
    _row("WhatsApp's clock jumps ahead", "whatsapp_clock", Come(_BACK, Reason.NETWORK), by=_DAYS),
    _row("WhatsApp's clock jumps back", "whatsapp_clock", Come(_BACK, Reason.NETWORK), by=-_DAYS),
    _row("our clock jumps ahead", "our_clock", Come(_BACK, Reason.NETWORK), by=_DAYS),
    _row("our clock jumps back", "our_clock", Come(_BACK, Reason.NETWORK), by=-_DAYS),
    # files
    _harmed("registry cut off", "registry.json", "cut off"),
    _harmed("registry overwritten", "registry.json", "overwritten"),
    _harmed("registry lost", "registry.json", "gone"),
    _harmed("session file cut off, 1", _FILE, "cut off", _REPAIRED, seed=1),
    _harmed("session file cut off, 2", _FILE, "cut off", _REPAIRED, seed=2),
    _harmed("session file cut off, 3", _FILE, "cut off", _REPAIRED, seed=3),
    _harmed("session file overwritten", _FILE, "overwritten", _REPAIRED, seed=1),
    _harmed("session file empty", _FILE, "empty", _REPAIRED),
    _harmed("session file lost", _FILE, "gone", _REPAIRED),
    _harmed("session key overwritten", "sessions/NUMBER/session.key", "overwritten", _REPAIRED),
    _harmed("session key lost", "sessions/NUMBER/session.key", "gone", _REPAIRED),
    _harmed("snapshots cut off", _SAVED, "cut off"),
    _harmed("snapshots overwritten", _SAVED, "overwritten"),
    _harmed("snapshots lost", _SAVED, "gone"),
    _harmed("database lost", "holdfast.db*", "gone", Come("connected")),
    # disk and network
    Row(
        "disk full",
        Deed("full_disk"),
        Come(_BACK, Reason.STORAGE_FAILED, attempts=8),
        held_s=3.0,
        ground=Ground.DISK,
    ),
    Row("data folder read-only", Deed("read_only_disk"), Come(_RESTORED), ground=Ground.DISK),
    _cut("network cut for 1 s", 1.0, Come(attempts=0), pace=1.0),
    _cut("network back after 60 s", 60.0, Come(_SILENT, Reason.SILENT, attempts=14, back_s=3.0), pace=1.0),
    _cut("network cut for 60 s", 7.5, Come(_SILENT, Reason.SILENT, attempts=3)),
    _cut("network cut for 10 min", 75.0, Come(_SILENT, Reason.SILENT, attempts=20)),
)
