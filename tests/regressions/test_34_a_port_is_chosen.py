"""A chosen port is never one that the system gives away by itself.

Whoever connected between the choice and the listening, or while a gateway was started again, could get it.
"""

import socket

import pytest

from holdfast.keeper import free_port, port_is_free

#: Linux gives these to whoever names none; macOS begins later.
GIVEN_FROM = 32_768


def test_no_chosen_port_is_given_away_by_the_system() -> None:
    assert max(free_port() for _ in range(200)) < GIVEN_FROM


def test_a_port_that_somebody_holds_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, free = free_port(), free_port()
    wishes = [taken, free]
    monkeypatch.setattr("holdfast.keeper.place.secrets.choice", lambda ports: wishes.pop(0))
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", taken))
        holder.listen()
        assert not port_is_free(taken)
        assert free_port() == free
