"""Who has to go when there are more connections than descriptors allow."""

from dataclasses import dataclass, field
from unittest.mock import Mock

from holdfast.kit import edge


@dataclass(eq=False)
class Connection:
    waits_since: float | None
    client: tuple[str, int] | None = ("127.0.0.1", 1)
    transport: Mock = field(default_factory=Mock)

    @property
    def gone(self) -> bool:
        return bool(self.transport.abort.called)


def pushed_out(there: list[Connection], most: int) -> list[int]:
    edge.make_room(there, most, there[-1])
    return [at for at, each in enumerate(there) if each.gone]


def test_while_there_is_room_everybody_stays() -> None:
    assert pushed_out([Connection(1.0), Connection(2.0)], 2) == []


def test_the_one_that_has_waited_longest_goes() -> None:
    assert pushed_out([Connection(None), Connection(3.0), Connection(2.0), Connection(9.0)], 3) == [2]


def test_where_everybody_is_known_the_newest_goes() -> None:
    assert pushed_out([Connection(None), Connection(None), Connection(9.0)], 2) == [2]


def test_the_owners_programs_always_find_room() -> None:
    home = Connection(9.0, client=None)
    assert pushed_out([Connection(None), home], 1) == []
    assert pushed_out([Connection(None), Connection(1.0, client=None), Connection(2.0)], 2) == [2]


def test_descriptors_are_kept_back() -> None:
    edge.raise_descriptors()
    assert edge.most_connections() >= 32
