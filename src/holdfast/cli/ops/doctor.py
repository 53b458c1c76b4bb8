"""The doctor on an installation whose gateway is stopped."""

from pathlib import Path
from typing import Any

from holdfast import __version__
from holdfast.api.doctor import report_out
from holdfast.cli.ops.opened import chosen, installation
from holdfast.doctor import Check, Doctor, Level, Places


async def examine(data: Path | None, *, repair: bool) -> dict[str, Any]:
    """The report, as the API would tell it.

    Raises SettingsError, SecondGateway when a gateway holds the folder and does not answer.
    """
    of = chosen(data)
    async with installation(of) as opened:
        before = (Check("key_fits", Level.OK), opened.database)
        places = Places(of.data, of.master_key_file)
        doctor = Doctor(places, opened.vault, opened.supervisor, __version__, running=False, before=before)
        report = await (doctor.repair() if repair else doctor.examine())
    return report_out(report).model_dump(mode="json")
