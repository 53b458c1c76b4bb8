"""Five hundred messages of every kind that waited at WhatsApp: right, in order, once."""

from typing import Any

from holdfast.lab import Phone
from house import House

_ROUNDS = 50  # of ten messages each


async def _round(guest: Phone, to: str, n: int) -> list[str]:
    """Ten messages of ten kinds; their ids."""
    said = await guest.say(to, f"text {n}")
    oops = await guest.say(to, f"oops {n}")
    poll = await guest.send_poll(to, f"poll {n}", ["yes", "no"])
    return [
        *(said, oops, poll),
        await guest.edit(to, said, f"better {n}"),
        await guest.delete(to, oops),
        await guest.react(to, said, "👍"),
        await guest.vote(to, poll, "yes"),
        await guest.send_location(to, 48.2, 16.37, f"place {n}"),
        await guest.send_contact(to, f"Friend {n}", "+4915100000001"),
        await guest.say(to, f"answer {n}", reply_to=said),
    ]


async def test_a_backlog_of_every_kind_arrives_right_in_order_and_once(house: House) -> None:
    number, _ = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    await house.ask("POST", "/v1/sessions/taxi/disconnect")
    sent: list[str] = []
    for n in range(_ROUNDS):
        sent += await _round(guest, number, n)
    await house.ask("POST", "/v1/sessions/taxi/connect")

    async def events() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = await house.ask(
                "GET", "/v1/events", params={"format": "json", "after": after, "type": "message.received"}
            )
            found += [it["data"] for it in page["events"]]
            if not page["events"]:
                return found
            after = page["next"]

    async def all_here() -> bool:
        return len(await events()) >= len(sent)

    await house.until(all_here, "the backlog did not arrive", within_s=300)
    arrived = await events()
    assert [it["message_id"] for it in arrived] == sent
    kinds = ["text", "text", "poll", "edit", "revoke", "reaction", "poll_vote", "location", "contact", "text"]
    assert [it["content"]["kind"] for it in arrived] == kinds * _ROUNDS
    for n, start in enumerate(range(0, len(arrived), 10)):
        said, oops, poll, edit, revoke, heart, vote, place, contact, answer = arrived[start : start + 10]
        assert (edit["content"]["edited"], edit["content"]["text"]) == (said["message_id"], f"better {n}")
        assert revoke["content"]["revoked"] == oops["message_id"]
        assert (heart["content"]["reacted_to"], heart["content"]["emoji"]) == (said["message_id"], "👍")
        assert (vote["content"]["poll"], vote["content"]["options"]) == (poll["message_id"], ["yes"])
        assert (place["content"]["name"], contact["content"]["display_name"]) == (f"place {n}", f"Friend {n}")
        assert answer["quoted_id"] == said["message_id"]
