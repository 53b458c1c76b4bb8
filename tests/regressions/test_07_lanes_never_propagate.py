"""Never again: a session that is deleted while the engine is away ends the gateway."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from holdfast.model.states import State
from holdfast.sessions import facts as f
from session_stage import TENANT, stage

ANNA, BEN = "4915100000001:1@s.whatsapp.net", "4915100000002:1@s.whatsapp.net"


async def test_a_session_is_deleted_while_its_commands_wait_for_an_engine(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        await room.linked("van", BEN)
        room.detach()
        await room.service.disconnect(TENANT, "taxi")  # waits in its lane
        await room.service.delete(TENANT, "taxi")
        runtime = next(it for it in room.supervisor.roster.index if it.deleted)
        runtime.commands.clear()  # taken back, while the lane waits
        await room.attach()
        await room.until_state("van", State.CONNECTED)


@pytest.mark.parametrize("error", [RuntimeError("a bug"), ValueError(), OSError(28, "No space left")])
async def test_whatever_a_command_raises_stays_in_its_lane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        await room.linked("van", BEN)

        async def break_down(*args: Any) -> None:
            raise error

        monkeypatch.setattr(room.link, "disconnect", break_down)
        await room.service.disconnect(TENANT, "taxi")
        await room.quiet()
        assert room.runtime("van").session.state is State.CONNECTED
        # and the lane goes on
        monkeypatch.undo()
        await room.service.connect(TENANT, "taxi")
        await room.until_state("taxi", State.CONNECTED)


async def test_commands_that_wait_are_carried_out_in_order_when_an_engine_comes(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        room.detach()
        before = len(room.link.asked)
        await room.service.disconnect(TENANT, "taxi")
        await room.service.connect(TENANT, "taxi")
        await room.attach()
        await room.until_state("taxi", State.CONNECTED)
        await room.quiet()
        done = [it for it in room.link.asked[before:] if it.endswith(session_id)]
        assert done[-2:] == [f"open {session_id}", f"connect {session_id}"]
        assert room.runtime("taxi").session.credentials is f.Credentials.VALID
        await asyncio.sleep(0)
