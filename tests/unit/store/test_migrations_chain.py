"""The migrations are one chain: two that were written side by side are noticed."""

import re

from holdfast.store.migrate import HEAD, MIGRATIONS

VERSIONS = sorted((MIGRATIONS / "versions").glob("v*.py"))


def named(key: str) -> list[str | None]:
    """What each migration says of itself, in the order of their files."""
    found = [re.search(rf'^{key} = (?:"(\w+)"|None)$', path.read_text(), re.M) for path in VERSIONS]
    return [None if match is None else match[1] for match in found]


def test_each_follows_the_one_before_and_the_last_is_the_head() -> None:
    revisions = named("revision")
    assert revisions == [path.name[1:5] for path in VERSIONS]
    assert len(set(revisions)) == len(revisions)
    assert named("down_revision") == [None, *revisions[:-1]]
    assert revisions[-1] == HEAD
