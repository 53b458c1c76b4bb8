"""How often a handler answers in one chat. Counts begin again with the bot's process."""

import time
from collections import OrderedDict
from collections.abc import Callable

from holdfast.bots.chat import Chat

#: Chats that are remembered; the one that was quiet longest is forgotten first.
_CHATS = 10_000


class Limit:
    """So many events of one chat within a time: a bucket that fills evenly.

    What is beyond it is handled by `answer`, said once per run of refusals; without one by silence.
    """

    def __init__(
        self, most: int, per_s: float, answer: str = "", *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if most < 1 or per_s <= 0:
            raise ValueError("a limit lets at least one event through, in more than no time")
        self._most, self._per_s, self._answer, self._clock = most, per_s, answer, clock
        #: By chat: how full the bucket was, when, and whether a refusal was said since.
        self._chats: OrderedDict[tuple[str, str], tuple[float, float, bool]] = OrderedDict()

    def take(self, chat: Chat) -> bool:
        """Whether this event may be handled; counts it if so."""
        key, now = _key(chat), self._clock()
        left, at, _ = self._chats.get(key, (float(self._most), now, False))
        left = min(float(self._most), left + (now - at) * self._most / self._per_s)
        if left < 1:
            return False
        self._keep(key, left - 1, now, told=False)
        return True

    async def refuse(self, chat: Chat) -> None:
        """Say that it is too much, the first time in a row."""
        key = _key(chat)
        left, at, told = self._chats[key]
        if self._answer and not told:
            await chat.reply(self._answer)
        self._keep(key, left, at, told=True)

    def _keep(self, key: tuple[str, str], left: float, at: float, *, told: bool) -> None:
        self._chats[key] = (left, at, told)
        self._chats.move_to_end(key)
        if len(self._chats) > _CHATS:
            self._chats.popitem(last=False)


def _key(chat: Chat) -> tuple[str, str]:
    return chat.event.session_id, chat.event.chat
