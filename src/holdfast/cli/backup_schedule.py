"""`holdfast backup schedule`: set up, shown, ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.cli.run import client
from holdfast.cli.screen import ago, complain, machine, say
from holdfast.client.times import moment
from holdfast.model.errors import RequestInvalid


@dataclass(frozen=True, slots=True)
class Wished:
    """What the command line asked for."""

    to: str | None
    recipients: Sequence[str]
    every_h: int
    messages: bool
    media: bool
    keep: str
    off: bool


async def schedule(data: Path | None, wished: Wished, *, as_json: bool) -> None:
    """Carry the wish out, then show what is set up. Raises HoldfastError."""
    async with client(data) as api:
        if wished.off:
            await api.backups.forget_schedule()
        elif wished.to is not None:
            await api.backups.put_schedule(_body(wished, wished.to))
        found = await api.backups.schedule()
    if as_json:
        machine(found)
    else:
        _show(found)


def _body(wished: Wished, to: str) -> Mapping[str, Any]:
    try:
        daily, weekly, monthly = (int(each) for each in wished.keep.split("/"))
    except ValueError:
        raise RequestInvalid("--keep is three numbers: days/weeks/months, like 7/4/12") from None
    return {
        "to": to if to.startswith("s3://") else str(Path(to).expanduser().absolute()),
        "recipients": list(wished.recipients),
        "every_h": wished.every_h,
        "messages": wished.messages,
        "media": wished.media,
        "daily": daily,
        "weekly": weekly,
        "monthly": monthly,
    }


def _show(found: Mapping[str, Any] | None) -> None:
    if found is None:
        say("No backup is made by itself.")
        say("Next step: [bold]holdfast backup schedule /mnt/usb -r age1…[/]")
        return
    say("every {} h to [bold]{}[/]", found["every_h"], found["to"])
    say("kept: {} daily, {} weekly, {} monthly", found["daily"], found["weekly"], found["monthly"])
    say("newest: {} [bright_black]{}[/]", found["archive"] or "none yet", ago(moment(found["made_at"])))
    if found["error"]:
        complain(f"The newest attempt failed: {found['error']}")
