"""Logins that the server refuses, and what each client makes of it (contract, table 3.1, second half)."""

import pytest
from stage import Stage
from test_verdicts import AWAY_S, Reaction, back, closes, still_talks

pytestmark = pytest.mark.timeout(120)


def stops(event: str, **fields: object) -> Reaction:
    """whatsapp-rust: the event, and no further attempt."""
    return Reaction(event, fields, goes_on=False)


def retries(event: str, **fields: object) -> Reaction:
    """whatsapp-rust: the event, and another attempt."""
    return Reaction(event, fields, goes_on=True)


REFUSALS: dict[str, dict[str, Reaction]] = {
    "login-generic": {"baileys": closes(400), "whatsapp-rust": stops("connect_failure", reason="Generic")},
    "logged-out": {"baileys": closes(401), "whatsapp-rust": stops("logged_out", on_connect=True)},
    "temp-ban": {"baileys": closes(402), "whatsapp-rust": stops("temporary_ban", code="SentToTooManyPeople")},
    "locked": {"baileys": closes(403), "whatsapp-rust": stops("logged_out", reason="AccountLocked")},
    "client-outdated": {"baileys": closes(405), "whatsapp-rust": stops("outdated")},
    "banned": {"baileys": closes(406), "whatsapp-rust": stops("logged_out", reason="UnknownLogout")},
    "bad-user-agent": {
        "baileys": closes(409),
        "whatsapp-rust": stops("connect_failure", reason="BadUserAgent"),
    },
    "device-mismatch": {
        "baileys": closes(411),
        "whatsapp-rust": stops("connect_failure", reason="Unknown(411)"),
    },
    "rate-limited": {
        "baileys": closes(429),
        "whatsapp-rust": stops("connect_failure", reason="Unknown(429)"),
    },
    "login-error": {
        "baileys": closes(500),
        "whatsapp-rust": retries("connect_failure", reason="InternalServerError"),
    },
    "login-unavailable": {
        "baileys": closes(503),
        "whatsapp-rust": retries("connect_failure", reason="ServiceUnavailable"),
    },
}


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_login_is_refused_once(stage: Stage, refusal: str) -> None:
    reaction = REFUSALS[refusal][stage.contender.name]
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    await stage.settled(anna)
    await client.order("leave")
    await client.expect("close")
    await client.forget()
    await stage.wasim.fault(refusal, anna.phone, 1)
    await client.order("connect")
    await client.expect(reaction.event, **reaction.fields)
    if not reaction.goes_on:
        await client.quiet(AWAY_S, "open")
        assert not (await stage.companion(anna))["connected"]
        await client.order("leave")
        await client.order("connect")
        await client.expect("open")
    else:
        await back(stage, client)
    # No client throws its credentials away by itself: the next login works.
    await still_talks(stage, client, anna, ben)
    assert not client.seen("crash")
