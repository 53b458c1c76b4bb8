"""The example conversations, in one world; and that a conversation that goes otherwise is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.lab.replay import Conversation, ScriptError, World, play, read

pytestmark = [pytest.mark.timeout(1800), pytest.mark.usefixtures("kept_warm")]

TALKS = Path(__file__).parents[2] / "examples" / "talks"

WRONG = {
    "bots: ../order.py\nAnn: hello\nAnn < Hello to you": 'line 3: Ann heard "Write /order bread 2"',
    "bots: ../order.py\nAnn: hello\nAnn < nothing": "not nothing",
    "bots: ../order.py\nAnn: hello\nAnn < Write…\nAnn: hello": "which no line expects",
    'bots: ../order.py\nAnn: hi\nAnn < …\nstate Ann order {"step": "x"}': "order remembers {}",
    'bots: ../order.py\nAnn: hi\nAnn < …\napi /v1/system {"lab": false}': "the API gives",
    "bots: ../order.py\nAnn: hi\nAnn < …\napi /v1/sessions/{Ben} {}": "Ben has not written yet",
    "bots: ../nowhere.py\nAnn: /help\nAnn < nothing\nconfig nobody x=1": "no document 'nobody'",
}


def conversations(folder: Path) -> Iterator[tuple[str, Conversation]]:
    for file in sorted(folder.glob("*.talk")):
        for it in read(file.read_text()):
            yield f"{file.name}: {it.title}", it


async def played(world: World, folder: Path) -> dict[str, str]:
    """What did not come out as it is written."""
    failed: dict[str, str] = {}
    for name, conversation in conversations(folder):
        try:
            await play(world, conversation, folder)
        except ScriptError as failure:
            failed[name] = str(failure)
    return failed


async def test_every_conversation_comes_out_as_it_is_written(tmp_path: Path) -> None:
    async with World.start(tmp_path) as world:
        assert await played(world, TALKS) == {}
        for text, why in WRONG.items():
            [conversation] = read(text)
            with pytest.raises(ScriptError, match=r"line \d") as told:
                await play(world, conversation, TALKS)
            assert why in str(told.value)


async def test_every_ride_is_booked_as_it_is_written(tmp_path: Path) -> None:
    folder = TALKS / "chauffeur"
    assert len(list(conversations(folder))) >= 60
    async with World.start(tmp_path) as world:
        assert await played(world, folder) == {}
