"""The chauffeur in a real gateway, with its bot as a process of its own, against the simulator."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import warm
from holdfast.chauffeur.surcharges import is_holiday
from holdfast.chauffeur.tariff import Calendar
from holdfast.lab import Phone, Simulator
from house import House, running_house
from patience import PATIENCE_S

ON = {"HOLDFAST_APPLICATIONS": "chauffeur"}
BOT = Path(__file__).parents[2] / "examples" / "chauffeur.py"
_DAYS = ((datetime.now(UTC) + timedelta(days=it)).date() for it in range(40, 60))
_BAVARIA = Calendar(country="DE", subdivision="BY")
#: Far enough for every notice, and no holiday: that would cost more.
DAY = next(it for it in _DAYS if not is_holiday(_BAVARIA, it)).strftime("%d.%m.%Y")
RIDE = f"From Marienplatz to the airport on {DAY} at 14:00, 2 passengers, 1 suitcase, sedan"
#: The airport transfer at a fixed price, and the fee of the airport.
PRICE = "83.00"
ALL = {"format": "json", "after": ""}


@dataclass
class Stage:
    """A house with the chauffeur and its bot, a customer and an operator."""

    house: House
    number: str
    customer: Phone
    operator: Phone
    bot: asyncio.subprocess.Process | None = None
    seen: dict[str, int] = field(default_factory=dict)
    #: The bot's machine is another one: all that it has is an address and a key.
    elsewhere: Path | None = None

    async def write(self, name: str, body: dict[str, Any], expect: int = 200) -> dict[str, Any]:
        """The owner edits a document."""
        path = f"/v1/configuration/{name}"
        answer: dict[str, Any] = await self.house.ask("PUT", path, expect, json={"body": body})
        return answer

    async def start_bot(self) -> None:
        """Return when it is at work: what is said before its first start is not for it."""
        path = self.house.place.data / "bot.log"
        env = dict(self.house.place.environment()) | ON
        if self.elsewhere is not None:
            key = (await self.house.ask("POST", "/v1/keys", 201, json={"name": "bot"}))["key"]
            at = {"HOLDFAST_URL": str(self.house.http.base_url), "HOLDFAST_KEY": str(key)}
            env |= at | {"HOLDFAST_DATA": str(self.elsewhere)}
        with path.open("wb") as log:
            self.bot = await warm.start(
                *("holdfast.cli", "bot", "run", str(BOT)),
                env=env,
                stdout=log,
                stderr=log,
            )

        async def at_work() -> bool:
            assert self.bot is not None
            assert self.bot.returncode is None, path.read_text()
            return b"is at work" in path.read_bytes()

        await self.house.until(at_work, "the bot did not begin")

    async def kill_bot(self) -> None:
        if self.bot is not None and self.bot.returncode is None:
            self.bot.kill()
            await self.bot.wait()

    async def kill_everything(self) -> None:
        """kill -9 of bot and gateway; both are started again."""
        await self.kill_bot()
        await self.house.kill("gateway")
        await self.house.start()
        await self.house.connected("office")
        await self.start_bot()

    async def die_at(self, point: str) -> None:
        """The gateway is killed where it next passes this point."""
        folder = self.house.place.data / "run" / "kill-points"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / point).touch()

    async def back_from_the_dead(self) -> None:
        """Once the gateway has died at its point, start another one."""
        assert self.house.process is not None
        async with asyncio.timeout(PATIENCE_S):
            await self.house.process.wait()
        await self.house.start()

    async def heard(self, phone: Phone, words: str) -> str:
        """The next message with these words. Fails when one comes twice."""

        async def there() -> bool:
            messages, _ = await phone.inbox()
            return any(words in (it.text or "") for it in messages[self.seen.get(phone.phone, 0) :])

        await self.house.until(there, f"{phone.name} was not told “{words}”")
        messages, _ = await phone.inbox()
        first = self.seen.get(phone.phone, 0)
        place = next(i for i, it in enumerate(messages) if i >= first and words in (it.text or ""))
        self.seen[phone.phone] = place + 1
        return messages[place].text or ""

    async def quote_at(self, clock: str) -> str:
        """The id of a quote for the customer's ride at another time of that day."""
        setting = await self.house.ask("GET", "/v1/chauffeur/setting")
        known = {it["id"]: it for it in setting["places"]["places"]}
        ends = {"pickup": "marienplatz", "destination": "muc"}
        day, zone = datetime.strptime(DAY, "%d.%m.%Y").date(), ZoneInfo(setting["service"]["time_zone"])  # noqa: DTZ007
        at = datetime.combine(day, time.fromisoformat(clock), zone)
        trip = {name: _place(known[id_]) for name, id_ in ends.items()}
        trip |= {"at": at.isoformat(), "vehicle_class": "sedan", "passengers": 2, "luggage": 1}
        answer = await self.house.ask("POST", "/v1/chauffeur/quotes", json={"trip": trip})
        assert answer["quote"]["total"] == PRICE
        kept = await self.house.ask("GET", f"/v1/chauffeur/quotes/{answer['quote']['quote_id']}")
        assert kept["quote"] == answer["quote"]
        return str(kept["quote"]["quote_id"])

    async def changed_to(self, clock: str, quote_id: str, reference: str) -> None:
        """The operator moves the ride, does not hear that it was done, and asks again."""
        path = f"/v1/chauffeur/bookings/{reference}"
        form = {**(await self.house.ask("GET", path))["form"], "time": clock}
        wanted = {"form": form, "quote_id": quote_id}
        first = await self.house.ask("PATCH", path, json=wanted)
        await self.kill_everything()
        assert await self.house.ask("PATCH", path, json=wanted) == first
        assert (first["quote"]["quote_id"], first["quote"]["total"]) == (quote_id, PRICE)

    async def cli(self, *words: str) -> str:
        """What a command prints."""
        process = await warm.start(
            *("holdfast.cli", *words),
            env=dict(self.house.place.environment()),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()

    async def bookings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.house.ask("GET", "/v1/chauffeur/bookings"))["bookings"]
        return found


@asynccontextmanager
async def stage(folder: Path, simulator: Simulator, elsewhere: Path | None = None) -> AsyncIterator[Stage]:
    async with running_house(folder, simulator, ON) as house:
        number, _ = await house.link("office")
        customer, operator = await simulator.phone("Ann Lee"), await simulator.phone("Operator")
        here = Stage(house, number, customer, operator, elsewhere=elsewhere)
        await here.write("chauffeur", {"name": "Alpine Cars", "operators": [f"+{operator.phone}"]})
        try:
            await here.start_bot()
            yield here
        finally:
            await here.kill_bot()


async def test_a_ride_is_booked_once_whatever_is_killed(tmp_path: Path, simulator: Simulator) -> None:
    async with stage(tmp_path, simulator) as here:
        say, customer, operator = here.customer.say, here.customer, here.operator
        await say(here.number, "Hello")
        await here.heard(customer, "Where shall we pick you up")
        await here.kill_everything()
        await say(here.number, RIDE)
        assert f"*Total: {PRICE} EUR*" in await here.heard(customer, "Shall I book it?")
        await here.kill_everything()
        later = await here.quote_at("15:00")
        # The price is another one now; who has a quote keeps it.
        tariff = (await here.house.ask("GET", "/v1/chauffeur/setting"))["tariff"]
        tariff["fixed_routes"][0]["prices"]["sedan"] = "500.00"
        await here.write("pricing", tariff)
        await here.die_at("step_committed")
        await say(here.number, "yes")
        await here.back_from_the_dead()
        reference = (await here.heard(customer, "Reference: *")).partition("*")[2][:6]
        assert PRICE in await here.heard(operator, f"New booking {reference}")
        await here.kill_everything()
        [booking] = await here.bookings()
        assert (booking["status"], booking["quote"]["total"]) == ("requested", PRICE)
        await operator.say(here.number, f"accept {reference}")
        await here.heard(customer, "is confirmed")
        await here.heard(operator, "is now confirmed")
        await here.changed_to("15:00", later, reference)
        assert PRICE in await here.heard(customer, "We have changed your booking")
        await here.kill_everything()
        await say(here.number, "cancel")
        await here.heard(customer, "The fee is 0.00 EUR")
        await here.kill_everything()
        await say(here.number, "yes")
        await here.heard(customer, f"Booking {reference} is cancelled")
        await here.heard(operator, "was cancelled by the customer")
        [booking] = await here.bookings()
        assert booking["status"] == "cancelled"
        for phone in (customer, operator):
            texts = [it.text for it in (await phone.inbox())[0] if it.text]
            assert len(texts) == len(set(texts)), texts


async def test_an_operator_works_over_the_api(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, simulator: Simulator
) -> None:
    async with stage(tmp_path, simulator, tmp_path_factory.mktemp("elsewhere")) as here:
        await here.customer.say(here.number, RIDE)
        await here.heard(here.customer, "Shall I book it?")
        await here.customer.say(here.number, "yes")
        await here.heard(here.customer, "Reference: *")
        [booking] = await here.bookings()
        day_before = datetime.fromisoformat(booking["at"]) - timedelta(hours=24) - datetime.now(UTC)
        await here.house.ask("POST", "/v1/lab/clock", 204, json={"ahead_s": day_before.total_seconds() + 60})
        assert booking["reference"] in await here.heard(here.customer, "Reminder: your ride")
        await here.house.ask("POST", "/v1/lab/clock", 204, json={"ahead_s": 0})
        ask, base = here.house.ask, "/v1/chauffeur"
        await ask("PUT", f"{base}/vehicles/car-1", json={"name": "Car 1", "vehicle_class": "sedan"})
        await ask("PUT", f"{base}/drivers/dan", json={"name": "Dan"})
        path = f"{base}/bookings/{booking['reference']}"
        who = {"vehicle": "car-1", "driver": "dan"}
        assert (await ask("PUT", f"{path}/assignment", json=who))["driver"] == "dan"
        again = {"session": "office", "to": "+491700000099", "form": booking["form"]}
        headers = {"Idempotency-Key": "one"}
        made = [await ask("POST", f"{base}/bookings", 201, json=again, headers=headers) for _ in range(2)]
        assert made[0] == made[1]
        assert made[0]["status"] == "confirmed"
        due = (await ask("GET", "/v1/sessions/office/reminders"))["reminders"]
        assert "491700000099@s.whatsapp.net" in [it["chat"] for it in due if it["bot"] == "chauffeur"]
        taken = await ask("PUT", f"{base}/bookings/{made[0]['booking_id']}/assignment", 409, json=who)
        assert "is taken at that time" in taken["detail"]
        await ask("POST", f"{path}/decline", json={"note": "We are full."})
        await here.heard(here.customer, "We are full.")
        await ask("PUT", f"{base}/bookings/{made[0]['booking_id']}/assignment", json=who)
        calendar = await ask("GET", f"{base}/drivers/dan/calendar", params=_around(made[0]["at"]))
        assert [it["by"] for it in calendar["taken"]] == [made[0]["booking_id"]]
        table = await here.house.http.get(f"{base}/bookings.csv", params={"status": "declined"})
        assert [line[:6] for line in table.text.splitlines()[1:]] == [booking["reference"]]
        other = made[0]["reference"]
        assert other in await here.cli("booking", "list", "--status", "confirmed")
        assert "Dan" not in (shown := await here.cli("booking", "show", other))
        assert "driver dan" in shown
        calendar_file = tmp_path / "rides.ics"
        await here.cli("booking", "export", str(calendar_file))
        assert f"UID:{other}@holdfast" in calendar_file.read_text()
        assert "the customer is told" in await here.cli("booking", "cancel", other, "Snow.", "--fee", "0")
        page = await ask("GET", "/v1/events", params={**ALL, "type": "application.event"})
        names = [it["data"]["name"] for it in page["events"]]
        whole = ("created", "assigned", "created", "declined", "assigned", "cancelled")
        assert names == [f"booking.{it}" for it in whole]
        assert (await ask("GET", f"{base}/bookings/NOSUCH", 404))["code"] == "not_found"


def _place(known: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": known["names"][0],
        "place_id": known["id"],
        **{name: known[name] for name in ("latitude", "longitude", "kind")},
    }


def _around(at: str) -> dict[str, str]:
    moment, hour = datetime.fromisoformat(at), timedelta(hours=1)
    return {"from": (moment - hour).isoformat(), "until": (moment + hour).isoformat()}


async def test_nobody_without_a_key_gets_in(tmp_path: Path, simulator: Simulator) -> None:
    async with running_house(tmp_path, simulator, ON) as house:
        paths = (await house.ask("GET", "/openapi.json"))["paths"]
        ours = [(path, verb) for path, it in paths.items() if "/chauffeur" in path for verb in it]
        assert len(ours) >= 18
        for path, verb in ours:
            answer = await house.http.request(verb, path, headers={"Authorization": ""})
            assert answer.status_code == 401, (path, verb)


async def test_a_tariff_is_held_to_its_rules_and_tried_before_it_counts(
    tmp_path: Path, simulator: Simulator
) -> None:
    async with stage(tmp_path, simulator) as here:
        ask, path = here.house.ask, "/v1/configuration/pricing"
        body = (await ask("GET", path))["body"]
        body["classes"][0]["base"] = "-5"
        refused = await here.write("pricing", body, 422)
        assert "classes.0.base" in refused["detail"]
        body["classes"][0]["base"] = "15.00"
        question = {"km": 12, "minutes": 20, "at": "2026-12-02T10:00:00+01:00", "vehicle_class": "sedan"}
        tried = await ask("POST", f"{path}/preview", json={"body": body, "question": question})
        assert "Sedan: 45.20 EUR (Sedan 15.00, distance 22.20, duration 8.00)" in str(tried)
        assert (await here.write("pricing", body))["version"] == 1
        assert (await ask("GET", "/v1/chauffeur/setting"))["pricing_version"] == 1
