"""Linking, through real processes: both kinds of code, a passkey, and every other way in which it ends."""

import asyncio
import base64
import json
from typing import Any

import pytest

from holdfast.lab import Match, Phone, SimulatorError
from house import House


async def pairing(house: House, name: str = "office", **asked: Any) -> Phone:
    """A session that waits for a phone, and that phone."""
    phone = await house.simulator.phone(f"Owner of {name}")
    await house.http.put(f"/v1/sessions/{name}")
    await house.ask("POST", f"/v1/sessions/{name}/pair", 202, params=asked)
    return phone


async def qr(house: House, name: str = "office") -> str:
    """The code of the moment, as soon as there is one."""
    return str((await house.ask("GET", f"/v1/sessions/{name}/qr", params={"wait_s": 20}))["code"])


async def rests(house: House, reason: str, name: str = "office") -> dict[str, Any]:
    """The session once its pairing has ended for this reason."""

    async def ended() -> bool:
        return (await house.session(name))["state"] in {"new", "logged_out"}

    await house.until(ended, "pairing does not end")
    session = await house.session(name)
    assert session["reason"] == reason, session
    assert session["sentence"].endswith(".")
    assert session["next_step"]
    return dict(session)


async def test_by_a_code_that_is_typed_on_the_phone(house: House) -> None:
    phone = await house.simulator.phone("Ann")
    number = f"+{phone.phone}"
    await house.ask("PUT", "/v1/sessions/office", 201)
    for wrong in ("", "12", "015112345678", "somebody"):
        refused = await house.ask("POST", "/v1/sessions/office/pair", 400, params={"phone": wrong})
        assert refused["code"] == "invalid_request"
    await house.ask("POST", "/v1/sessions/office/pair", 202, params={"phone": f"{number[:4]} {number[4:]}"})
    shown = await house.ask("GET", "/v1/sessions/office/pair/code", params={"wait_s": 20})
    assert len(shown["code"]) == 9
    assert shown["phone"] == number
    session = await house.session("office")
    assert (session["reason"], session["pairing"]["step"]) == ("pairing_by_code", "type_code")
    assert session["pairing"]["phone"] == number
    await phone.enter_code(shown["code"].replace("-", ""))
    await house.connected("office")
    assert (await house.session("office"))["phone"] == number
    await house.ask("GET", "/v1/sessions/office/pair/code", 404)


async def test_a_code_to_type_is_asked_for_while_a_qr_code_is_shown(house: House) -> None:
    phone = await pairing(house)
    await qr(house)
    await house.ask("POST", "/v1/sessions/office/pair", 202, params={"phone": phone.phone})
    shown = await house.ask("GET", "/v1/sessions/office/pair/code", params={"wait_s": 20})
    with pytest.raises(SimulatorError):
        await phone.enter_code("ABCD1235")
    await phone.enter_code(shown["code"].replace("-", ""))
    await house.connected("office")


async def passkey(house: House, phone: Phone) -> tuple[Any, Any]:
    """What the phone wants, and what its authenticator says to it."""
    asked = await house.ask("GET", "/v1/sessions/office/pair/passkey", params={"wait_s": 20})
    challenge = asked["options"]["challenge"]
    assert challenge in asked["helper"]
    return asked, await phone.assert_passkey(
        base64.urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4))
    )


async def test_with_a_passkey(house: House) -> None:
    phone = await pairing(house)
    await phone.demand_passkey()
    await house.ask("GET", "/v1/sessions/office/pair/passkey", 404)
    await phone.scan(await qr(house))
    asked, answer = await passkey(house, phone)
    assert asked["code"] is None
    session = await house.session("office")
    assert (session["reason"], session["pairing"]["step"]) == ("pairing_passkey", "use_passkey")
    await house.ask("GET", "/v1/sessions/office/qr", 404)  # nobody can use it any more
    early = await house.ask("POST", "/v1/sessions/office/pair/passkey/confirm", 404)
    assert early["code"] == "no_passkey"
    nonsense = await house.ask("POST", "/v1/sessions/office/pair/passkey", 400, json={"id": ""})
    assert nonsense["next_step"]
    await house.ask("POST", "/v1/sessions/office/pair/passkey", 202, json=answer)
    await house.connected("office")
    assert "challenge" not in json.dumps(
        await house.ask("GET", "/v1/events", params={"format": "json", "after": ""})
    )


async def test_a_passkey_that_whatsapp_refuses(house: House) -> None:
    phone = await pairing(house)
    await phone.demand_passkey()
    await phone.scan(await qr(house))
    _, answer = await passkey(house, phone)
    answer["response"]["signature"] = base64.urlsafe_b64encode(b"x" * 70).decode().rstrip("=")
    await house.ask("POST", "/v1/sessions/office/pair/passkey", 202, json=answer)
    await rests(house, "pairing_passkey_refused")
    assert not (await phone.account()).companions


async def test_ends_that_the_phone_or_whatsapp_decides(house: House) -> None:
    phone = await pairing(house)
    no_devices = {"node": {"tag": "ib", "children": [{"tag": "downgrade_webclient"}]}}
    yes = Match(direction="out", tag="iq", has="pair-success")
    for spoils, reason in (
        (house.simulator.rule("replace", yes, args=no_devices, count=1), "pairing_multidevice_off"),
        (house.simulator.rule("close", yes, count=1), "pairing_lost"),
        (house.simulator.fault("bad-pair-hmac", phone, 1), "pairing_refused"),
    ):
        code = await qr(house)
        await spoils
        await phone.scan(code)
        await rests(house, reason)
        await house.ask("POST", "/v1/sessions/office/pair", 202)
    await phone.scan(await qr(house))  # and the next one links
    await house.connected("office")


async def test_an_outdated_version_is_told_so(house: House) -> None:
    codes = Match(direction="out", tag="iq", has="pair-device")
    refusal = {"node": {"tag": "failure", "attrs": {"reason": "405"}}}
    await house.simulator.rule("replace", codes, args=refusal, count=1)
    await pairing(house)
    await rests(house, "pairing_outdated")


async def test_whatsapp_gives_no_code_for_a_number(house: House) -> None:
    asked = Match(direction="in", tag="iq", has="link_code_companion_reg")
    for number, reason in ((400, "pairing_number_refused"), (429, "pairing_too_often")):
        await house.simulator.rule("refuse", asked, args={"code": number}, count=1)
        await pairing(house, phone="+4915100000009")
        session = await rests(house, reason)
        assert session["code"] in {number, None}
        await house.ask("GET", "/v1/sessions/office/qr", 404)


async def test_a_phone_that_another_session_has(house: House) -> None:
    _, phone = await house.link("first")
    await pairing(house, "second")
    await phone.scan(await qr(house, "second"))
    session = await rests(house, "number_renewed_elsewhere", "second")
    assert session["detail"] == "first"
    await house.connected("first")


async def test_no_code_is_left_once_the_phone_said_yes(house: House) -> None:
    phone = await pairing(house)
    code = await qr(house)
    # The server neither closes nor says anything: the link takes seconds, and the code is dead at once.
    await house.simulator.fault("missing-515", phone, 1)
    await phone.scan(code)

    async def accepted() -> bool:
        session = await house.session("office")
        return session["state"] != "pairing" or session["pairing"]["step"] == "accepted"

    await house.until(accepted, "the phone did not accept")
    await house.ask("GET", "/v1/sessions/office/qr", 404)
    await house.connected("office")
    assert code.encode() not in house.kept()


async def test_another_number_that_was_allowed_is_linked_by_the_next_gateway(house: House) -> None:
    _, first = await house.link("office")
    await first.unlink((await first.account()).companions[0].device)

    async def logged_out() -> bool:
        return (await house.session("office"))["state"] == "logged_out"

    await house.until(logged_out, "the log-out was not heard")
    second = await pairing(house, "office", replace_number=True)
    code = await qr(house)
    # The gateway dies after the phone's yes and before the adoption.
    await house.simulator.fault("missing-515", second, 1)
    scanning = asyncio.create_task(second.scan(code))

    async def accepted() -> bool:
        pairs = (await house.session("office"))["pairing"]
        return pairs is not None and pairs["step"] == "accepted"

    await house.until(accepted, "the phone did not accept")
    await house.kill("gateway")
    await scanning
    await house.start()
    await house.connected("office")
    assert (await house.session("office"))["phone"] == f"+{second.phone}"
