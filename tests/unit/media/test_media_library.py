"""Files taken in and given up, on both kinds of database."""

import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.media import Given, Library, Limits, LocalFolder
from holdfast.model.errors import MediaEmpty, MediaNotHere, MediaTooLarge, UnknownMedia
from holdfast.model.ids import DEFAULT_TENANT, TenantId
from holdfast.retention import Keep, Kind, Retention
from holdfast.store import Store

DAY_MS = 86_400_000
OTHER = TenantId("ten_other")


class Stage:
    """A library whose clock a test moves."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.folder, self.now_ms = folder, 1_000 * DAY_MS
        clock = lambda: self.now_ms  # noqa: E731
        self.library = Library(store, folder, LocalFolder(folder), Limits(max_bytes=1000), clock=clock)
        keep = {Kind.FILES: Keep(30)}
        self.retention = Retention(store, keep, clock=clock, library=self.library)

    async def add(self, body: bytes, tenant_id: TenantId = DEFAULT_TENANT) -> str:
        return (await self.library.add(pieces(body), Given(tenant_id))).media_id

    @property
    def files(self) -> list[str]:
        return sorted(os.listdir(self.folder))


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 100):
        yield body[at : at + 100]


@pytest.fixture
def stage(store: Store, tmp_path: Path) -> Stage:
    folder = tmp_path / "media"
    folder.mkdir()
    return Stage(store, folder)


async def test_the_same_content_of_two_tenants_is_one_file_and_two_ids(stage: Stage) -> None:
    ours, theirs = await stage.add(b"same"), await stage.add(b"same", OTHER)
    assert ours != theirs
    assert ours == await stage.add(b"same")
    assert stage.files == [hashlib.sha256(b"same").hexdigest()]
    with pytest.raises(UnknownMedia):
        await stage.library.find(OTHER, ours)


@pytest.mark.parametrize(("body", "raised"), [(b"", MediaEmpty), (bytes(1001), MediaTooLarge)])
async def test_what_is_refused_leaves_nothing(stage: Stage, body: bytes, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        await stage.add(body)
    assert stage.files == []


async def test_halves_of_a_killed_gateway_are_removed_and_the_engines_are_not(stage: Stage) -> None:
    (stage.folder / ".upload-1234").write_bytes(b"half")
    (stage.folder / ".part-1234").write_bytes(b"the engine's")
    stage.library.begin()
    assert stage.files == [".part-1234"]


async def test_a_file_that_no_message_names_leaves_after_a_week(stage: Stage) -> None:
    media_id = await stage.add(b"never sent")
    stage.now_ms += 6 * DAY_MS
    await stage.retention.sweep()
    assert (await stage.library.stored(DEFAULT_TENANT, media_id)).size_bytes == 10
    stage.now_ms += 2 * DAY_MS
    assert (await stage.retention.sweep())[Kind.FILES] == 1
    assert stage.files == []
    with pytest.raises(UnknownMedia):
        await stage.library.find(DEFAULT_TENANT, media_id)


async def test_a_file_of_two_tenants_stays_for_the_one_who_needs_it(stage: Stage) -> None:
    await stage.add(b"same")
    stage.now_ms += 5 * DAY_MS
    theirs = await stage.add(b"same", OTHER)
    stage.now_ms += 3 * DAY_MS
    await stage.retention.sweep()
    assert len(stage.files) == 1
    assert (await stage.library.stored(OTHER, theirs)).stored_at_ms is not None


async def test_a_file_that_nobody_knows_is_swept_when_it_is_old(stage: Stage) -> None:
    young, old = "a" * 64, "b" * 64
    for name, age_s in ((young, 3600), (old, 2 * 86_400)):
        (stage.folder / name).write_bytes(b"x")
        at = stage.now_ms / 1000 - age_s
        os.utime(stage.folder / name, (at, at))
    await stage.retention.sweep()
    assert stage.files == [young]


async def test_what_left_by_hand_is_not_here(stage: Stage) -> None:
    media_id = await stage.add(b"here")
    (stage.folder / hashlib.sha256(b"here").hexdigest()).unlink()
    with pytest.raises(MediaNotHere):
        await stage.library.facts_of(hashlib.sha256(b"here").hexdigest())
    assert await stage.add(b"here") == media_id
    assert len(stage.files) == 1
