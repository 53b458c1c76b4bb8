"""A session's name is its owner's: it changes without touching anything else, and belongs to one session."""

import asyncio
from pathlib import Path

import pytest

from holdfast.model.errors import NameTaken, RequestInvalid, UnknownSession
from holdfast.model.ids import TenantId
from holdfast.model.states import State
from holdfast.sessions import facts as f
from session_stage import TENANT, Stage, stage

ANNA = "4915100000001:1@s.whatsapp.net"


async def renamings(room: Stage) -> list[dict[str, str]]:
    """What was told of names, oldest first."""
    return [it.data for it in await room.events() if it.type == "session.renamed"]


async def test_it_is_found_by_its_new_name_and_everything_else_stays(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        asked = room.link.asked_of(session_id)
        renamed = await room.service.rename(TENANT, "taxi", "night shift")
        assert (renamed.id, renamed.name, renamed.state) == (session_id, "night shift", State.CONNECTED)
        assert renamed.phone == "+4915100000001"
        assert room.link.asked_of(session_id) == asked  # the engine need not know
        with pytest.raises(UnknownSession):
            room.service.show(TENANT, "taxi")
        assert await renamings(room) == [{"name": "night shift", "previous": "taxi"}]
        told = (await room.events())[-1]
        assert '"session":"night shift"' in told.wire
        kept = await room.vault.prove(room.store)
        assert [it.name for it in kept.records.values()] == ["night shift"]
    async with stage(tmp_path, room.link.disk) as again:
        assert again.service.show(TENANT, "night shift").id == session_id


async def test_again_by_id_it_changes_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        view, _ = await room.service.create_or_get(TENANT, "taxi")
        for _ in range(2):
            assert (await room.service.rename(TENANT, view.id, "van")).name == "van"
        assert len(await renamings(room)) == 1


async def test_a_name_belongs_to_one_session(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        for name in ("taxi", "van"):
            await room.service.create_or_get(TENANT, name)
        with pytest.raises(NameTaken):
            await room.service.rename(TENANT, "taxi", "van")
        for bad in ("", " x", "a/b", "ses_1", "+49151", "x" * 65, "line\nfeed"):
            with pytest.raises(RequestInvalid):
                await room.service.rename(TENANT, "taxi", bad)
        with pytest.raises(UnknownSession):
            await room.service.rename(TenantId("ten_other"), "taxi", "mine")
        assert await renamings(room) == []


async def test_names_pass_from_hand_to_hand_in_one_moment(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        ids = {name: (await room.service.create_or_get(TENANT, name))[0].id for name in ("a", "b", "c")}
        await room.service.connect(TENANT, "c")  # its row waits to be written when it takes a name
        deleting = asyncio.create_task(room.service.delete(TENANT, "b"))
        await asyncio.sleep(0)
        first, second = await asyncio.gather(
            room.service.rename(TENANT, ids["a"], "b"), room.service.rename(TENANT, ids["c"], "a")
        )
        made, created = await room.service.create_or_get(TENANT, "c")
        await room.attach()
        await deleting
        assert (first.name, second.name, made.name, created) == ("b", "a", "c", True)
    async with stage(tmp_path, room.link.disk) as again:
        names = {it.name: it.id for it in again.service.list(TENANT)}
        assert names == {"b": ids["a"], "a": ids["c"], "c": made.id}
        assert not any(it.state is State.FAILED for it in again.service.list(TENANT))


async def test_two_who_want_the_same_name_are_told_apart(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        for name in ("a", "b"):
            await room.service.create_or_get(TENANT, name)
        answers = await asyncio.gather(
            *(room.service.rename(TENANT, ref, "new") for ref in ("a", "b")), return_exceptions=True
        )
        assert sorted(type(it).__name__ for it in answers) == ["NameTaken", "View"]


async def test_who_gives_a_name_up_is_written_before_who_takes_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        for name in ("a", "b"):
            await room.service.create_or_get(TENANT, name)
        roster, taking, giving = room.supervisor.roster, room.runtime("a"), room.runtime("b")
        roster.remember(taking)  # it was first in this batch
        roster.tell(giving, f.DeleteAsked())
        roster.rename(taking, "b")
        await roster.recorder.settled()
        assert taking.session.state is State.NEW
