"""Snapshots that an owner takes and verifies."""

from pathlib import Path

import pytest

from holdfast.engine.answers import FindingKind
from holdfast.model.errors import CredentialsUnusable, UnknownSession
from session_stage import TENANT, Stage, stage

NUMBER = "4915100000001"
JID = f"{NUMBER}:3@s.whatsapp.net"


async def saved(room: Stage, count: int) -> None:
    await room.until(lambda: len(room.link.disk.snapshots) == count, "no snapshot was taken")


async def test_what_is_the_same_is_saved_once(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await saved(room, 1)
        assert not await room.service.take_snapshot(TENANT, "taxi")
        room.link.disk.versions[NUMBER] = 7
        # The house itself looks at files too, and may have been faster.
        await room.service.take_snapshot(TENANT, "taxi")
        found = room.service.snapshots(TENANT, "taxi")
        assert len(found) == len(room.link.disk.snapshots) == 2
        assert found[0].at_ms > found[1].at_ms


async def test_a_snapshot_that_no_longer_opens_is_told_and_kept(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await saved(room, 1)
        ((snapshot, good),) = await room.service.verify_snapshots(TENANT, "taxi")
        assert good
        room.link.disk.flaws[snapshot.folder] = FindingKind.FILE_DAMAGED
        assert await room.service.verify_snapshots(TENANT, "taxi") == [(snapshot, False)]
        await saved(room, 1)


async def test_a_number_that_is_not_linked_has_nothing_to_save(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.service.create_or_get(TENANT, "taxi")
        with pytest.raises(CredentialsUnusable):
            await room.service.take_snapshot(TENANT, "taxi")
        assert list(room.service.snapshots(TENANT, "taxi")) == []
        with pytest.raises(UnknownSession):
            room.service.snapshots(TENANT, "nobody")
