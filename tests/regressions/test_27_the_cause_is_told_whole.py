"""Whoever is not on WhatsApp is called so, and a number is taken whatever invisible came with it."""

import unicodedata

import pytest

from holdfast.engine import translate
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model import words
from holdfast.model.address import parse_recipient

WANTED = "4915112345678@s.whatsapp.net"
INVISIBLE = [
    chr(code)
    for code in range(0x10000)
    if unicodedata.category(chr(code)) in {"Cf", "Zs", "Zl", "Zp"}
    and not unicodedata.normalize("NFKC", chr(code)).isalnum()
]


def test_a_number_that_nobody_has_is_not_called_a_malformed_one() -> None:
    refused = translate.error(pb.Error(code=pb.RECIPIENT_UNKNOWN, message="not on WhatsApp"), sending=True)
    assert refused.code == "not_on_whatsapp"
    assert refused.message == words.ERRORS["not_on_whatsapp"].sentence
    assert "WhatsApp" in refused.message
    assert refused.next_step


@pytest.mark.parametrize("at", [0, 1, 3, 8, 14], ids=lambda it: f"at {it}")
def test_a_pasted_number_is_taken_with_any_invisible_character(at: int) -> None:
    number = "+4915112345678"
    assert len(INVISIBLE) > 30
    refused = [ascii(it) for it in INVISIBLE if parse_recipient(number[:at] + it + number[at:]) != WANTED]
    assert refused == []
