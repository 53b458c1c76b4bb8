"""What is lost when everything is killed in the middle of a burst, counted by unique texts at the phones."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.peers import logins
from benchmarks.peers.peer import Peer

#: So long may a program work on a part of the burst before it is killed, at most.
_LIFE_S = 0.4
#: A number that has not logged in again after so long is waited for no more.
_BACK_S = 15.0
#: The burst is over when no answer has come for so long after the last start: some may be missing, or all are
#: there and only a second one could still come.
_QUIET_S, _COMPLETE_S = 20.0, 3.0
_END_S = 120.0
_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Losses:
    """What became of a burst."""

    messages: int  # never handed to the bot
    answers: int  # whose writer heard nothing
    doubled: int  # answers that came more than once


class Burst:
    """Texts that phones write to numbers, and the answers that come back."""

    def __init__(self, peer: Peer, senders: Sequence[str], seed: int) -> None:
        self._peer, self._senders, self._seed = peer, senders, seed
        self._texts: set[str] = set()
        self._answers: Counter[str] = Counter()
        self._after = dict.fromkeys(senders, 0)

    async def run(self, messages: int, kills: int) -> Losses:
        """Write them in so many parts; kill in the middle of each, start again; wait for what still comes."""
        peer, rolls = self._peer, random.Random(self._seed)
        await self._hear()
        watched = list(peer.numbers)
        for part in range(kills):
            await self._write(part, messages // kills)
            await asyncio.sleep(rolls.uniform(0, _LIFE_S))
            await peer.kill()
            before = await logins.counted(peer.simulator, watched)
            await peer.spawn(len(peer.numbers), bot=True)
            gone = await logins.again(peer.simulator, before, _BACK_S)
            # A number that asks for a new scan does not come back: nobody waits for it again.
            watched = [number for number in watched if number not in gone]
        await self._end()
        handed = peer.handed()
        return Losses(
            messages=len(self._texts - handed),
            answers=sum(not self._answers[text] for text in self._texts),
            doubled=sum(self._answers[text] > 1 for text in self._texts),
        )

    async def _write(self, part: int, count: int) -> None:
        numbers, senders = self._peer.numbers, self._senders
        batches: dict[str, list[tuple[str, str]]] = {sender: [] for sender in senders}
        for index in range(count):
            text = f"burst {self._seed}.{part}.{index}"
            self._texts.add(text)
            batches[senders[(index + part) % len(senders)]].append((numbers[index % len(numbers)], text))
        written = [(sender, batch) for sender, batch in batches.items() if batch]
        await asyncio.gather(*(self._peer.simulator.send_batch(*each) for each in written))

    async def _end(self) -> None:
        began = heard = time.perf_counter()
        quiet_s = _QUIET_S
        while time.perf_counter() < min(began + _END_S, heard + quiet_s):
            if await self._hear():
                heard = time.perf_counter()
                quiet_s = _COMPLETE_S if all(self._answers[text] for text in self._texts) else _QUIET_S
            await asyncio.sleep(_POLL_S)

    async def _hear(self) -> int:
        """Take what came to the phones; how many of our texts were among it."""
        came = 0
        for sender in self._senders:
            items, self._after[sender] = await self._peer.simulator.inbox(sender, self._after[sender], 0)
            texts = [item["text"] for item in items if item["text"] in self._texts and not item["from_me"]]
            self._answers.update(texts)
            came += len(texts)
        return came
