"""The example conversations, in one world; and that a conversation that goes otherwise is told."""

from pathlib import Path

import pytest

from holdfast.lab.replay import ScriptError, World, play, read

pytestmark = pytest.mark.timeout(600)

TALKS = Path(__file__).parents[2] / "examples" / "talks"

WRONG = {
    "bots: ../order.py\nAnn: hello\nAnn < Hello to you": 'line 3: Ann heard "Write /order bread 2"',
    "bots: ../order.py\nAnn: hello\nAnn < nothing": "not nothing",
    "bots: ../order.py\nAnn: hello\nAnn < Write…\nAnn: hello": "which no line expects",
    'bots: ../order.py\nAnn: hi\nAnn < …\nstate Ann order {"step": "x"}': "order remembers {}",
    'bots: ../order.py\nAnn: hi\nAnn < …\napi /v1/system {"lab": false}': "the API gives",
    "bots: ../nowhere.py\nAnn: /help\nAnn < nothing\nconfig nobody x=1": "no document 'nobody'",
}


async def test_every_conversation_comes_out_as_it_is_written(tmp_path: Path) -> None:
    failed: dict[str, str] = {}
    async with World.start(tmp_path) as world:
        for file in sorted(TALKS.glob("*.talk")):
            try:
                await play(world, read(file.read_text()), TALKS)
            except ScriptError as failure:
                failed[file.name] = str(failure)
        for text, why in WRONG.items():
            with pytest.raises(ScriptError, match=r"line \d") as told:
                await play(world, read(text), TALKS)
            assert why in str(told.value)
    assert failed == {}
