"""The commands of `holdfast booking`. Each imports its work when it is called."""

# ruff: noqa: PLR0917 - a command's parameters are its options

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.options import AsJson, Data
from holdfast.cli.run import run

app = typer.Typer(
    help="Rides that customers have booked: see them, accept them, say who drives.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog="Switched on by HOLDFAST_APPLICATIONS=chauffeur. All of it: docs/chauffeur.md",
)

Ref = Annotated[
    str, typer.Argument(help="Reference of the booking, as the customer knows it.", show_default=False)
]
Note = Annotated[str, typer.Argument(help="What the customer is told.", show_default=False)]
From = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Pick-up on this day or later (UTC).")
]
Until = Annotated[
    datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Pick-up before this day (UTC).")
]


class Status(StrEnum):
    """How a booking stands."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


Standing = Annotated[Status | None, typer.Option("--status", help="Only those that stand so.")]


class Format(StrEnum):
    """Of an export."""

    CSV = "csv"
    ICS = "ics"


@app.command("list")
def listing(
    from_day: From = None,
    until_day: Until = None,
    status: Standing = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Bookings by their pick-up."""
    from holdfast.cli import booking as work

    run(work.listing(data, work.asked(from_day, until_day, status), as_json))


@app.command()
def show(ref: Ref, data: Data = None, as_json: AsJson = False) -> None:
    """One booking with the breakdown of its price."""
    from holdfast.cli import booking as work

    run(work.show(data, ref, as_json))


@app.command()
def accept(ref: Ref, data: Data = None) -> None:
    """Drive it. The customer is told."""
    from holdfast.cli import booking as work

    run(work.decide(data, ref, "accept"))


@app.command()
def decline(ref: Ref, note: Note = "", data: Data = None) -> None:
    """Do not drive it. The customer is told, with the note."""
    from holdfast.cli import booking as work

    run(work.decide(data, ref, "decline", note))


@app.command()
def propose(ref: Ref, note: Note, data: Data = None) -> None:
    """Propose something else. The customer is told, and decides."""
    from holdfast.cli import booking as work

    run(work.decide(data, ref, "propose", note))


@app.command()
def cancel(
    ref: Ref,
    note: Note = "",
    fee: Annotated[str | None, typer.Option(help="Instead of what the notice periods say.")] = None,
    data: Data = None,
) -> None:
    """End it. Costs what the notice periods say. The customer is told, with the note."""
    from holdfast.cli import booking as work

    run(work.cancel(data, ref, note, fee))


@app.command()
def assign(
    ref: Ref,
    vehicle: Annotated[str | None, typer.Option(help="Id of the vehicle; left out: none.")] = None,
    driver: Annotated[str | None, typer.Option(help="Id of the driver; left out: none.")] = None,
    data: Data = None,
) -> None:
    """Say who drives what. Refused where one of them is taken at that time."""
    from holdfast.cli import booking as work

    run(work.assign(data, ref, vehicle, driver))


@app.command()
def vehicle(
    id: Annotated[str, typer.Argument(help="Your own id for it, such as car-1.", show_default=False)],
    name: Annotated[str, typer.Argument(show_default=False)],
    vehicle_class: Annotated[
        str, typer.Argument(help="As in the tariff, such as sedan.", show_default=False)
    ],
    active: Annotated[bool, typer.Option("--in-use/--not-in-use")] = True,
    data: Data = None,
) -> None:
    """Enter a vehicle, or change it."""
    from holdfast.cli import booking as work

    run(
        work.resource(
            data, f"vehicles/{id}", {"name": name, "vehicle_class": vehicle_class, "active": active}
        )
    )


@app.command()
def driver(
    id: Annotated[str, typer.Argument(help="Your own id for the driver, such as dan.", show_default=False)],
    name: Annotated[str, typer.Argument(show_default=False)],
    active: Annotated[bool, typer.Option("--in-use/--not-in-use")] = True,
    data: Data = None,
) -> None:
    """Enter a driver, or change one."""
    from holdfast.cli import booking as work

    run(work.resource(data, f"drivers/{id}", {"name": name, "active": active}))


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write it.", show_default=False)],
    format: Annotated[
        Format | None, typer.Option(help="A table, or a calendar; left out: as the file's name says.")
    ] = None,
    from_day: From = None,
    until_day: Until = None,
    status: Standing = None,
    data: Data = None,
) -> None:
    """Write bookings into a file for other programs."""
    from holdfast.cli import booking as work

    chosen = format or (Format.ICS if file.suffix.lower() == ".ics" else Format.CSV)
    run(work.export(data, file, chosen.value, work.asked(from_day, until_day, status)))
