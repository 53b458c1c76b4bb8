"""What a request that does not fit is told: the place and the rule in our words, never the value."""

import pytest

from holdfast.api.malformed import refusal_of


@pytest.mark.parametrize(
    ("kind", "where", "message", "next_step"),
    [
        (
            "missing",
            ("body", "to"),
            "to: is missing",
            "Give `to`; /docs shows every request with an example.",
        ),
        (
            "missing",
            ("body",),
            "body: is missing",
            "Correct the request; /docs shows each one with an example.",
        ),
        (
            "extra_forbidden",
            ("body", "content", "text", "bold"),
            "content.text.bold: is not known here",
            "Leave it out; /docs shows every request with an example.",
        ),
        (
            "json_invalid",
            ("body", 17),
            "body: is not valid JSON",
            "Correct the request; /docs shows each one with an example.",
        ),
        (
            "int_parsing",
            ("query", "limit"),
            "query.limit: must be a whole number",
            "Correct the request; /docs shows each one with an example.",
        ),
    ],
)
def test_the_place_and_the_rule(kind: str, where: tuple[object, ...], message: str, next_step: str) -> None:
    fault = {"type": kind, "loc": where, "msg": "Input should be a whole number", "input": "secret words"}
    refusal = refusal_of(fault)
    assert (refusal.message, refusal.next_step) == (message, next_step)
