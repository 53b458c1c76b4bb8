"""What bots remember, as this process last heard it. The gateway's versions tell when it is old."""

from collections import OrderedDict

from holdfast.client import Client, Event
from holdfast.client.steps import BotState

#: Chats and bots that are kept; the one that was quiet longest is asked for again.
_KEPT = 20_000


class Memory:
    """The states of one runner's bots, read once and carried on with each step."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: OrderedDict[tuple[str, str, str], BotState] = OrderedDict()
        self._forgotten = 0

    async def of(self, event: Event, bot: str) -> BotState:
        """What this bot remembers of the event's chat. Raises GatewayUnreachable."""
        key = (event.session_id, event.chat, bot)
        while (known := self._known.get(key)) is None:
            before = self._forgotten
            found = await self._client.bot_state(event.session_id, event.chat, bot)
            if before == self._forgotten:  # else it may have changed on the way here
                self._keep(key, found)
        return known

    def stepped(self, event: Event, bot: str, state: BotState) -> None:
        """A step of ours has left this behind."""
        self._keep((event.session_id, event.chat, bot), state)

    def forget(self, event: Event) -> None:
        """Somebody else may have changed what is remembered of this chat, or who has it."""
        self._forgotten += 1
        for key in [key for key in self._known if key[:2] == (event.session_id, event.chat)]:
            del self._known[key]

    def _keep(self, key: tuple[str, str, str], state: BotState) -> None:
        self._known[key] = state
        self._known.move_to_end(key)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
