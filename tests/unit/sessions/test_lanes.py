"""Lanes at the end of the gateway: nothing begins any more, nothing breaks."""

import asyncio
from collections import deque
from types import SimpleNamespace
from typing import Any, cast

from holdfast.sessions.facts import DisconnectSession
from holdfast.sessions.lanes import Lanes


async def test_a_command_that_comes_after_the_end_is_kept_and_not_begun() -> None:
    nobody = cast(Any, None)
    lanes = Lanes(cast(Any, SimpleNamespace()), nobody, nobody, nobody, nobody, device_name="Holdfast")
    live = cast(Any, SimpleNamespace(commands=deque(), lane=None))
    async with asyncio.TaskGroup() as tasks:
        await lanes.run(tasks)
        lanes.leave()
    lanes.put(live, [DisconnectSession()])
    assert live.lane is None
    assert list(live.commands) == [DisconnectSession()]
