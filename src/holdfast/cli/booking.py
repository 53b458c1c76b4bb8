"""`holdfast booking …`: the chauffeur's bookings, on the public API."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from rich.table import Table

from holdfast.cli.run import client
from holdfast.cli.screen import draw, machine, marked, say

_BASE: Final = "/v1/chauffeur"
_PAGE: Final = 500


def asked(begin: datetime | None, end: datetime | None, status: str | None) -> Mapping[str, str]:
    """The filter of a list, as the API takes it."""
    wanted = {
        "from": None if begin is None else begin.replace(tzinfo=UTC).isoformat(),
        "until": None if end is None else end.replace(tzinfo=UTC).isoformat(),
        "status": status,
    }
    return {name: value for name, value in wanted.items() if value is not None}


async def listing(data: Path | None, wanted: Mapping[str, str], as_json: bool) -> None:
    """Print bookings by their pick-up. Raises what the gateway refuses."""
    found: list[Mapping[str, Any]] = []
    async with client(data) as api:
        after = ""
        while True:
            query = urlencode({**wanted, "limit": _PAGE, "after": after})
            page = await api.ask("GET", f"{_BASE}/bookings?{query}")
            found += page["bookings"]
            after = str(page["next"] or "")
            if not after:
                break
    if as_json:
        machine(found)
        return
    if not found:
        say("No booking.")
        return
    table = Table(
        *(
            "reference",
            "status",
            "pick-up (UTC)",
            "from",
            "to",
            "back (UTC)",
            "name",
            "price",
            "vehicle",
            "driver",
        ),
        box=None,
        pad_edge=False,
        header_style="bright_black",
    )
    for it in found:
        form, price = it["form"], it["quote"]
        table.add_row(
            it["reference"],
            it["status"],
            str(it["at"])[:16].replace("T", " "),
            marked("{}", form["pickup"]["name"]),
            marked("{}", form["destination"]["name"]),
            str(it["back_at"] or "-")[:16].replace("T", " "),
            marked("{}", form["name"] or ""),
            f"{price['total']} {price['currency']}{' ~' if price['fallback'] else ''}",
            it["vehicle"] or "-",
            it["driver"] or "-",
        )
    draw(table)


async def show(data: Path | None, ref: str, as_json: bool) -> None:
    """Print one booking. Raises what the gateway refuses."""
    async with client(data) as api:
        it = await api.ask("GET", _path(ref))
    if as_json:
        machine(it)
        return
    form, price = it["form"], it["quote"]
    stops = "".join(f" → {stop['name']}" for stop in form["stops"])
    say("[bold]{}[/] {}", it["reference"], it["status"])
    say("{}{} → {}", form["pickup"]["name"], stops, form["destination"]["name"])
    say(
        "{} UTC, {} passengers, {} luggage",
        str(it["at"])[:16].replace("T", " "),
        form["passengers"],
        form["luggage"],
    )
    if it["back_at"]:
        say("back {} UTC", str(it["back_at"])[:16].replace("T", " "))
    for label in ("name", "flight", "contact", "remarks"):
        if form[label]:
            say("{}: {}", label, form[label])
    for line in price["lines"]:
        say("  {} {}: {}", line["code"].replace("_", " "), line["name"], line["amount"])
    say("  [bold]{} {}[/], fees {}", price["total"], price["currency"], it["fee"])
    if price["fallback"]:
        say("[yellow]The distance is an estimate: the routing service gave no answer.[/]")
    say("vehicle {}, driver {}", it["vehicle"] or "-", it["driver"] or "-")


async def decide(data: Path | None, ref: str, decision: str, note: str = "") -> None:
    """Accept, decline or propose. Raises what the gateway refuses."""
    async with client(data) as api:
        body = None if decision == "accept" else {"note": note}
        it = await api.ask("POST", f"{_path(ref)}/{decision}", body=body)
    say("[bold]{}[/] is {}; the customer is told", it["reference"], it["status"])


async def cancel(data: Path | None, ref: str, note: str, fee: str | None) -> None:
    """Cancel a booking. Raises what the gateway refuses."""
    async with client(data) as api:
        it = await api.ask("POST", f"{_path(ref)}/cancel", body={"fee": fee, "note": note})
    cost = f"{it['fee']} {it['quote']['currency']}"
    say("[bold]{}[/] is cancelled, fees {}; the customer is told", it["reference"], cost)


async def assign(data: Path | None, ref: str, vehicle: str | None, driver: str | None) -> None:
    """Say who drives what. Raises what the gateway refuses."""
    async with client(data) as api:
        body: dict[str, Any] = {"vehicle": vehicle, "driver": driver}
        it = await api.ask("PUT", f"{_path(ref)}/assignment", body=body)
    say("[bold]{}[/]: vehicle {}, driver {}", it["reference"], it["vehicle"] or "-", it["driver"] or "-")


async def resource(data: Path | None, path: str, body: dict[str, Any]) -> None:
    """Enter a vehicle or a driver. Raises what the gateway refuses."""
    async with client(data) as api:
        it = await api.ask("PUT", f"{_BASE}/{path}", body=body)
    say(
        "{} [bold]{}[/] ({}) is {}",
        it["kind"],
        it["id"],
        it["name"],
        "in use" if it["active"] else "not in use",
    )


async def export(data: Path | None, file: Path, format_: str, wanted: Mapping[str, str]) -> None:
    """Write bookings into a file. Raises what the gateway refuses, OSError."""
    async with client(data) as api:
        body = await api.fetch(f"{_BASE}/bookings.{format_}?{urlencode(wanted)}")
    await asyncio.to_thread(file.write_bytes, body)
    say("{} written", str(file))


def _path(ref: str) -> str:
    return f"{_BASE}/bookings/{quote(ref, safe='')}"
