"""What may be written to, and which names are one person's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.model.address import is_group, is_lid, pair_of, parse_recipient, phone_of, without_device


@pytest.mark.parametrize(
    ("text", "jid"),
    [
        ("+4915112345678", "4915112345678@s.whatsapp.net"),
        ("4915112345678", "4915112345678@s.whatsapp.net"),
        ("004915112345678", "4915112345678@s.whatsapp.net"),
        (" +49 (151) 1234-5678 ", "4915112345678@s.whatsapp.net"),
        ("\u202a+49\u00a0151\u00a012345678\u202c", "4915112345678@s.whatsapp.net"),
        ("\u200e+4915112345678", "4915112345678@s.whatsapp.net"),
        ("+4915112345678\u200f\u061c", "4915112345678@s.whatsapp.net"),
        ("+49151\u200b123\u200d45678\ufe0f", "4915112345678@s.whatsapp.net"),
        ("\ufeff+4915112345678\u2060", "4915112345678@s.whatsapp.net"),
        ("+49\u00ad151\u202f12\u300034\u20095678\u3164", "4915112345678@s.whatsapp.net"),
        ("\uff0b\uff14\uff1915112345678", "4915112345678@s.whatsapp.net"),
        ("+49 151\u22121234\u20115678\r\n", "4915112345678@s.whatsapp.net"),
        ("\u2068491511234567\u20698@s.whatsapp.net\u200b", "4915112345678@s.whatsapp.net"),
        # Number libraries call these invalid; WhatsApp has linked such numbers.
        ("+12345", "12345@s.whatsapp.net"),
        ("+999123456789012", "999123456789012@s.whatsapp.net"),
        ("4915112345678@s.whatsapp.net", "4915112345678@s.whatsapp.net"),
        ("4915112345678:3@s.whatsapp.net", "4915112345678@s.whatsapp.net"),
        ("4915112345678@c.us", "4915112345678@s.whatsapp.net"),
        ("123456789012345@lid", "123456789012345@lid"),
        ("123456789012345:7@lid", "123456789012345@lid"),
        ("120363025246125016@g.us", "120363025246125016@g.us"),
        ("4915112345678-1500000000@g.us", "4915112345678-1500000000@g.us"),
    ],
)
def test_recipients_in_every_form(text: str, jid: str) -> None:
    assert parse_recipient(text) == jid
    assert parse_recipient(jid) == jid


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\u200b\ufeff",
        "+4915112345678" + "\u200b" * 2000,
        "bob",
        "+",
        "1234",
        "1234567890123456",
        "+49151x2345678",
        "4915112345678@example.org",
        "@s.whatsapp.net",
        "bob@s.whatsapp.net",
        "status@broadcast",
        "12345@newsletter",
        "-@g.us",
        "49151@12345@g.us",
        "٤٩١٥١١٢٣٤٥٦٧٨",  # digits, but not the ones WhatsApp knows
        "1" * 200 + "@lid",
        "123\n456@lid",
    ],
)
def test_what_is_nobody(text: str) -> None:
    assert parse_recipient(text) is None


@given(st.text(max_size=200))
def test_whatever_comes_in_a_jid_or_nothing_comes_out(text: str) -> None:
    jid = parse_recipient(text)
    assert jid is None or parse_recipient(jid) == jid


def test_names_of_one_person() -> None:
    pn, lid = "4915@s.whatsapp.net", "77@lid"
    assert pair_of(pn, lid) == pair_of(lid, pn) == (pn, lid)
    assert pair_of(pn, pn) is None
    assert pair_of(pn, "1@g.us") is None
    assert pair_of(pn, "") is None
    assert without_device("4915_1:3@s.whatsapp.net") == pn
    assert without_device("12-3@g.us") == "12-3@g.us"
    assert phone_of(pn) == "+4915"
    assert phone_of(lid) is None
    assert is_lid(lid)
    assert is_group("12-3@g.us")
