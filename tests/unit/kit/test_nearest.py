"""What somebody meant who has misspelt a name."""

import pytest

from holdfast.kit.nearest import nearest


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("offise", "office"), ("OFFICE", "office"), ("taix", "taxi")),
        *(("", None), ("warehouse", None), ("o" * 100, None)),
    ],
)
def test_the_name_that_is_alike_enough(typed: str, meant: str | None) -> None:
    assert nearest(typed, ["office", "taxi"]) == meant


def test_of_no_names_none_was_meant() -> None:
    assert nearest("office", []) is None
