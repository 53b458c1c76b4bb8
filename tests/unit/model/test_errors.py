"""Every error is one line for a human, and every code is its own."""

from collections.abc import Iterator

import pytest

from holdfast.model import errors, words
from holdfast.model.errors import HoldfastError


def every_error(kind: type[HoldfastError] = HoldfastError) -> Iterator[type[HoldfastError]]:
    """The whole tree that this package defines."""
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield below
        yield from every_error(below)


@pytest.mark.parametrize("kind", sorted(set(every_error()), key=lambda kind: kind.__name__))
def test_an_error_is_one_line_with_a_default_sentence(kind: type[HoldfastError]) -> None:
    error = kind()
    assert str(error)
    assert "\n" not in str(error)
    assert error.message
    assert not error.message.endswith(".")
    assert kind.code in words.ERRORS


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in set(every_error())]
    assert len(codes) == len(set(codes))


def test_the_tree_in_the_docstring_names_every_error() -> None:
    documented = errors.__doc__ or ""
    missing = [kind.__name__ for kind in every_error() if kind.__name__ not in documented]
    assert missing == []
