"""People beside the kills: they link, change their minds, log out and delete, while their friends write.

Every act is chosen by the seed. A refusal is an answer like another; what must not be is an internal error, a
message that came twice or was never accounted for, and a session that cannot be brought back in the end.
"""

import asyncio
import contextlib
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from holdfast.cli.selftest.traffic import Number
from holdfast.client import Client, GatewayUnreachable, HoldfastError, Session
from holdfast.lab import Phone, Simulator, SimulatorError
from holdfast.model.events import MessageStatusChanged

_BACK_WITHIN_S: Final = 90.0
_LOOKS: Final = 240
_LOOK_EVERY_S: Final = 0.25
_WRONG: Final = frozenset({"internal", "error"})
_SCANNABLE: Final = frozenset({"new", "logged_out", "failed", "pairing", "banned"})


@dataclass
class _Owner:
    """Somebody with a phone, a session of that name and a friend."""

    name: str
    phone: Phone
    friend: Phone
    dice: random.Random


@dataclass
class People:
    """Acts as long as its block; `settle` brings everything back and judges."""

    api: Client
    simulator: Simulator
    numbers: list[Number]
    seed: int
    count: int
    acts: int = 0
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._tokens = itertools.count(1)
        self._owners: list[_Owner] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._accepted: dict[str, str] = {}  # message id: token
        self._failed: set[str] = set()  # message ids
        self._received: Counter[str] = Counter()

    async def __aenter__(self) -> "People":
        """Everybody gets a phone and begins. With nobody, nothing happens."""
        if not self.count:
            return self
        for index in range(1, self.count + 1):
            name = f"person-{index}"
            phone, friend = await self.simulator.phone(name), await self.simulator.phone(f"friend of {name}")
            self._owners.append(_Owner(name, phone, friend, random.Random(f"{self.seed}-{index}")))
        self._tasks.append(asyncio.create_task(self._watch()))
        self._tasks += [asyncio.create_task(self._live(owner)) for owner in self._owners]
        self._tasks.append(asyncio.create_task(self._switch(random.Random(f"{self.seed}-switch"))))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Everybody stops."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- acts --------------------------------------------------------------------------------------------

    async def _live(self, owner: _Owner) -> None:
        dice = owner.dice
        choices: Sequence[Callable[[_Owner], Awaitable[object]]] = (
            *(self._link, self._link, self._change_mind, self._delete_meanwhile),
            *(self._log_out, self._delete, self._disconnect, self._connect),
            *(self._write, self._write, self._be_written_to, self._be_written_to),
        )
        while True:
            await asyncio.sleep(dice.uniform(0.05, 0.6))
            await self._try(dice.choice(choices)(owner))

    async def _switch(self, dice: random.Random) -> None:
        """The numbers of the traffic are disconnected and connected again: theirs must all arrive."""
        while True:
            name = dice.choice(self.numbers).session
            await self._try(self.api.sessions.disconnect(name))
            await asyncio.sleep(dice.uniform(0.0, 1.0))
            await self._try(self.api.sessions.connect(name))
            await asyncio.sleep(dice.uniform(0.5, 2.0))

    async def _try(self, act: Awaitable[object]) -> None:
        self.acts += 1
        try:
            async with asyncio.timeout(30):
                await act
        except (GatewayUnreachable, SimulatorError, TimeoutError):
            return
        except HoldfastError as refusal:
            if refusal.code in _WRONG:
                self.troubles.append(f"an act ended in {refusal.code}: {refusal}")

    async def _link(self, owner: _Owner) -> None:
        await self.api.sessions.create(owner.name)
        code = await self.api.sessions.first_qr(owner.name)
        await asyncio.sleep(owner.dice.uniform(0.0, 0.2))
        await owner.phone.scan(code.code)

    async def _change_mind(self, owner: _Owner) -> None:
        await self._interrupt(owner, self.api.sessions.cancel_pair(owner.name))

    async def _delete_meanwhile(self, owner: _Owner) -> None:
        await self._interrupt(owner, self.api.sessions.delete(owner.name))

    async def _interrupt(self, owner: _Owner, act: Awaitable[None]) -> None:
        """Do this while the phone scans."""
        linking = asyncio.create_task(self._link(owner))
        await asyncio.sleep(owner.dice.uniform(0.0, 0.4))
        await asyncio.gather(act, linking)

    async def _log_out(self, owner: _Owner) -> None:
        await self.api.sessions.logout(owner.name)

    async def _delete(self, owner: _Owner) -> None:
        await self.api.sessions.delete(owner.name)

    async def _disconnect(self, owner: _Owner) -> None:
        await self.api.sessions.disconnect(owner.name)

    async def _connect(self, owner: _Owner) -> None:
        await self.api.sessions.connect(owner.name)

    async def _write(self, owner: _Owner) -> None:
        token = f"own-{self.seed}-{next(self._tokens)}"
        sent = await self.api.send(
            owner.name, owner.friend.phone, token, idempotency_key=token, timeout_s=10.0
        )
        self._accepted[sent.message_id] = token

    async def _be_written_to(self, owner: _Owner) -> None:
        await owner.friend.say(owner.phone, f"to-{self.seed}-{next(self._tokens)}")

    # ---- the end -----------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        wanted = ["message.received", "message.status"]
        async with self.api.events("selftest-people", types=wanted) as stream:
            async for event in stream:
                data = event.data
                if isinstance(data, MessageStatusChanged):
                    if data.status == "failed":
                        self._failed.add(data.message_id)
                elif event.text.startswith("to-"):
                    self._received[event.text] += 1
                stream.ack(event)

    async def settle(self) -> None:
        """Stop acting, bring every session back, and judge. What is wrong is in `troubles` afterwards."""
        if not self.count:
            return
        for task in self._tasks[1:]:
            task.cancel()
        await asyncio.gather(*self._tasks[1:], return_exceptions=True)
        for number in self.numbers:
            await self._try(self.api.sessions.connect(number.session))
        await asyncio.gather(*(self._bring_back(owner) for owner in self._owners))
        for owner in self._owners:
            await self._try(self._write(owner))
        left = await self._unaccounted()
        for _ in range(_LOOKS):
            if not left:
                break
            await asyncio.sleep(_LOOK_EVERY_S)
            left = await self._unaccounted()
        self.troubles += [f"{token} was accepted and is unaccounted for" for token in left]
        twice = [token for token, times in self._received.items() if times > 1]
        twice += [token for token, times in (await self._arrived()).items() if times > 1]
        self.troubles += [f"{token} came twice" for token in twice]

    async def _bring_back(self, owner: _Owner) -> None:
        deadline = asyncio.get_running_loop().time() + _BACK_WITHIN_S
        seen: Session | None = None
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(HoldfastError, SimulatorError):
                seen = await self.api.sessions.create(owner.name)
                if seen.connected:
                    return
                if seen.state in _SCANNABLE:
                    await self._link(owner)
                elif seen.state in {"stopped", "replaced"}:
                    await self.api.sessions.connect(owner.name)
            await asyncio.sleep(0.2)
        state = "unknown" if seen is None else f"{seen.state} ({seen.sentence})"
        self.troubles.append(f"{owner.name} could not be brought back: it is {state}")

    async def _arrived(self) -> Counter[str]:
        arrived: Counter[str] = Counter()
        for owner in self._owners:
            items, _ = await owner.friend.inbox()
            arrived.update(item.text for item in items if item.text.startswith("own-"))
        return arrived

    async def _unaccounted(self) -> Sequence[str]:
        arrived = await self._arrived()
        told = {token for id, token in self._accepted.items() if id in self._failed}
        return sorted(set(self._accepted.values()) - told - arrived.keys())
