"""A number without its country's code is refused with the one that was probably meant."""

import pytest

from holdfast.model.address import national_digits, parse_recipient
from holdfast.outbox.nobody import nobody


@pytest.mark.parametrize("typed", ["0151 12345678", "+0151 12345678", "(0151) 12345678", "000151 12345678"])
def test_a_national_number_is_nobody_and_its_fix_is_named(typed: str) -> None:
    assert parse_recipient(typed) is None
    assert national_digits(typed) == "15112345678"
    refused = nobody(typed, "4917700000001")
    assert refused.code == "recipient_invalid"
    assert refused.message == "The number has no country code"
    assert "+4915112345678" in refused.next_step


def test_without_a_number_of_its_own_an_example_is_named() -> None:
    assert "+4915112345678" in nobody("0660123456", "").next_step
    assert "+43660123456" in nobody("0660123456", "+436601234567").next_step


@pytest.mark.parametrize("typed", ["+4915112345678", "004915112345678", "somebody", "", "0", "4915@lid"])
def test_anything_else_is_no_national_number(typed: str) -> None:
    assert national_digits(typed) is None
    assert nobody(typed, "4917700000001").message == "The recipient is not a phone number, a JID or a chat"
