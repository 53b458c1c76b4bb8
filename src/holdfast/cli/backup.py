"""`holdfast backup …`: what is asked, and how it is shown."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.cli import secrets
from holdfast.cli.run import client
from holdfast.cli.screen import Exit, ago, complain, draw, machine, say, word
from holdfast.cli.terminal import console
from holdfast.client import GatewayUnreachable
from holdfast.model.errors import HoldfastError

if TYPE_CHECKING:
    from holdfast.backup import Key, Lock, Manifest, Progress

_UNITS: Final = ("B", "KiB", "MiB", "GiB")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An archive as the command line asks for it."""

    to: str
    number: str | None
    messages: bool
    media: bool
    recipients: Sequence[str]
    passphrase_file: str | None


@dataclass(frozen=True, slots=True)
class Opening:
    """An archive that is there, and where what opens it is."""

    archive: str
    passphrase_file: str | None
    identities: Sequence[Path]


async def create(data: Path | None, wanted: Wanted, *, as_json: bool, scheduled: bool = False) -> int:
    """Make an archive. Exit code 1 when a number could not be saved. Raises HoldfastError."""
    from holdfast.backup import Choice
    from holdfast.cli.ops import backup as ops  # half of the gateway: only where it is needed

    number = None if wanted.number is None else wanted.number.lstrip("+")
    messages = wanted.messages and number is None
    choice = Choice(number, messages, wanted.media)
    lock = lock_of(wanted)
    with progress("saving", shown=not as_json) as told:
        failed = await _saved(data)
        made = await ops.create(data, choice, lock, wanted.to, told, running=failed is not None)
    if failed is not None and not scheduled:
        await _told(data, "created", made.where, len(made.manifest.numbers))
    left_out = [*made.manifest.left_out, *(f"{name}: {why}" for name, why in (failed or {}).items())]
    if as_json:
        machine(
            {
                "archive": made.where,
                "size_bytes": made.size_bytes,
                "numbers": [it.number for it in made.manifest.numbers],
                "counts": dict(made.manifest.counts),
                "left_out": left_out,
            }
        )
    else:
        say("[bold green]saved[/] {} ({})", summary(made.manifest), size(made.size_bytes))
        say("{}", made.where)
        for line in left_out:
            complain(f"Not saved: {line}")
        say("Next step: [bold]holdfast backup verify {}[/]", made.where)
    return int(Exit.FAILED if left_out else Exit.OK)


def lock_of(wanted: Wanted) -> "Lock":
    """For whom the archive is locked; a passphrase is asked for where no recipient is named."""
    from holdfast.backup import Lock

    if wanted.recipients:
        return Lock(recipients=tuple(wanted.recipients))
    return Lock(secrets.new_passphrase(wanted.passphrase_file))


async def _saved(data: Path | None) -> "dict[str, str] | None":
    """Have a running gateway save credentials; None: none runs."""
    try:
        async with client(data) as api:
            return dict(await api.backups.save_credentials())
    except GatewayUnreachable:
        return None


async def _told(data: Path | None, status: str, archive: str, numbers: int = 0, error: str = "") -> None:
    """Have a running gateway note it; where none runs, or it cannot, the archive is as good."""
    with suppress(HoldfastError):
        async with client(data) as api:
            await api.backups.tell(status, archive, numbers, error)


async def list_(data: Path | None, at: str, *, as_json: bool) -> None:
    """The archives at a place. Raises HoldfastError."""
    from rich.table import Table

    from holdfast.cli.ops import backup as ops

    found = await ops.archives(data, at)
    if as_json:
        machine(
            [
                {"name": it.name, "created_at": it.created_at.isoformat(), "size_bytes": it.size_bytes}
                for it in found
            ]
        )
        return
    if not found:
        say("No archive of Holdfast lies there.")
        return
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    for title in ("archive", "made", "size", "holds"):
        shown.add_column(title, no_wrap=title != "holds")
    for it in found:
        shown.add_row(word(it.name), ago(it.created_at), size(it.size_bytes), word(it.holds))
    draw(shown)


async def verify(data: Path | None, opening: Opening, *, as_json: bool) -> int:
    """Prove an archive. Exit code 1 when a number in it could not connect. Raises HoldfastError."""
    from holdfast.cli.ops import backup as ops

    with progress("looking", shown=not as_json) as told:
        try:
            proof = await ops.verify(data, opening.archive, lambda locked: _key(opening, locked), told)
        except HoldfastError as exc:
            await _told(data, "failed", opening.archive, error=exc.message)
            raise
    unusable = ", ".join(f"+{it} could not connect" for it in proof.unusable)
    status = "failed" if proof.unusable else "verified"
    await _told(data, status, opening.archive, len(proof.manifest.numbers), unusable)
    if as_json:
        machine(
            {
                "created_at": datetime.fromtimestamp(
                    proof.manifest.description.created_at_ms / 1000, UTC
                ).isoformat(),
                "version": proof.manifest.description.version,
                "numbers": {it.number: it.number not in proof.unusable for it in proof.manifest.numbers},
                "counts": dict(proof.manifest.counts),
                "left_out": list(proof.manifest.left_out),
            }
        )
    else:
        say("[bold green]whole[/] {}", summary(proof.manifest))
        for it in proof.manifest.numbers:
            good = "could connect" if it.number not in proof.unusable else "could NOT connect"
            say("  +{} {} [bright_black]{}[/]", it.number, it.session, good)
        for line in proof.manifest.left_out:
            complain(f"It was made without {line}")
    return int(Exit.FAILED if proof.unusable else Exit.OK)


async def restore(
    data: Path | None,
    opening: Opening,
    number: str | None,
    *,
    replace: bool,
    send_queue: bool,
    as_json: bool,
) -> None:
    """Put an archive back. Raises HoldfastError: nothing has changed then."""
    from holdfast.backup import Wish
    from holdfast.cli.ops import backup as ops

    wish = Wish(None if number is None else number.lstrip("+"), replace, send_queue)
    with progress("unpacking", shown=not as_json) as told:
        done = await ops.restore(data, opening.archive, lambda locked: _key(opening, locked), wish, told)
    if as_json:
        machine({"numbers": list(done.numbers), "not_sent": done.not_sent, "messages": done.database})
        return
    say(
        "[bold green]restored[/] {}: {}",
        _count(len(done.numbers), "number"),
        ", ".join(f"+{it}" for it in done.numbers),
    )
    if done.not_sent:
        say(
            "{} waited when the backup was made, now marked as failed: they may have been sent since.",
            _count(done.not_sent, "message"),
        )
    say("Make sure that the old installation does not run any more: two of one number throw each other out.")
    say("Next step: [bold]holdfast up[/]")


def _key(opening: Opening, locked_by: str) -> "Key":
    from holdfast.backup import Key

    if locked_by == "passphrase":
        return Key(passphrase=secrets.passphrase(opening.passphrase_file))
    return Key(identities=secrets.identities(opening.identities))


def summary(manifest: "Manifest") -> str:
    """`2 numbers, 1,204 messages`."""
    counted = [_count(len(manifest.numbers), "number")]
    if manifest.description.messages:
        counted.append(_count(manifest.counts.get("messages", 0), "message"))
    if manifest.description.media:
        counted.append(_count(sum(it.name.startswith("media/") for it in manifest.files), "file"))
    return ", ".join(counted)


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def size(count: float) -> str:
    """`12.3 MiB`."""
    for unit in _UNITS[:-1]:
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} {_UNITS[-1]}"


@contextmanager
def progress(what: str, *, shown: bool) -> "Iterator[_Told]":
    """A line that moves, on a terminal; nothing elsewhere."""
    if not shown or not console().is_terminal:
        yield _Told(None)
        return
    with console().status(f"{what} …") as status:
        yield _Told(lambda it: status.update(f"{what} {size(it.done_bytes)} of {size(it.all_bytes)}"))


class _Told:
    def __init__(self, show: "object") -> None:
        self._show = show

    def __call__(self, progress: "Progress") -> None:
        if callable(self._show):
            self._show(progress)
