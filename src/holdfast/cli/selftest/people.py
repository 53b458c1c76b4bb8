"""People beside the kills: they link, change their minds, rename, log out and delete, while friends write.

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
from holdfast.client import Client, GatewayUnreachable, HoldfastError, NameTaken, Session, UnknownSession
from holdfast.lab import Phone, Simulator, SimulatorError
from holdfast.model.events import MessageStatusChanged

_BACK_WITHIN_S: Final = 90.0
_LOOKS: Final = 240
_LOOK_EVERY_S: Final = 0.25
_WRONG: Final = frozenset({"internal", "error"})
_NAMES_OF_EACH: Final = 3
_SCANNABLE: Final = frozenset({"new", "logged_out", "failed", "pairing", "banned"})


@dataclass
class _Owner:
    """Somebody with a phone, a session of that name and a friend."""

    names: Sequence[str]
    phone: Phone
    friend: Phone
    dice: random.Random
    name: str = field(init=False)
    #: Of the session, while the owner knows of one.
    id: str = ""
    #: A rename was asked for, and its answer did not come: only the id tells the name.
    unsure: bool = False

    def __post_init__(self) -> None:
        self.name = self.names[0]

    @property
    def ref(self) -> str:
        """The session by name or by id."""
        return self.dice.choice((self.name, self.id or self.name))


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
        # Cancelling is not enough: some libraries lose a cancellation that meets an answer.
        self._over = False
        self._accepted: dict[str, str] = {}  # message id: token
        self._told: dict[str, str] = {}  # message id: its newest status
        self._received: Counter[str] = Counter()

    async def __aenter__(self) -> "People":
        """Everybody gets a phone and begins. With nobody, nothing happens."""
        if not self.count:
            return self
        for index in range(1, self.count + 1):
            names = [f"person-{index}{end}" for end in ("", *(f"-{n}" for n in range(2, _NAMES_OF_EACH + 1)))]
            phone = await self.simulator.phone(names[0])
            friend = await self.simulator.phone(f"friend of {names[0]}")
            self._owners.append(_Owner(names, phone, friend, random.Random(f"{self.seed}-{index}")))
        watching = asyncio.create_task(self._watch())
        watching.add_done_callback(self._note_death)
        self._tasks.append(watching)
        self._tasks += [asyncio.create_task(self._live(owner)) for owner in self._owners]
        self._tasks.append(asyncio.create_task(self._switch(random.Random(f"{self.seed}-switch"))))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Everybody stops."""
        self._over = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- acts --------------------------------------------------------------------------------------------

    async def _live(self, owner: _Owner) -> None:
        dice = owner.dice
        choices: Sequence[Callable[[_Owner], Awaitable[object]]] = (
            *(self._link, self._link, self._change_mind, self._delete_meanwhile),
            *(self._log_out, self._delete, self._disconnect, self._connect),
            *(self._rename, self._rename, self._rename_to_a_taken_name),
            *(self._write, self._write, self._be_written_to, self._be_written_to),
        )
        while not self._over:
            await asyncio.sleep(dice.uniform(0.05, 0.6))
            await self._try(self._act(owner, dice.choice(choices)))

    async def _switch(self, dice: random.Random) -> None:
        """The numbers of the traffic are disconnected and connected again: theirs must all arrive."""
        while not self._over:
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

    async def _act(self, owner: _Owner, act: Callable[[_Owner], Awaitable[object]]) -> None:
        await self._learn_name(owner)
        await act(owner)

    async def _learn_name(self, owner: _Owner) -> None:
        if owner.unsure:
            with contextlib.suppress(UnknownSession):  # deleted: its name is free
                owner.name = (await self.api.sessions.get(owner.id)).name
            owner.unsure = False

    async def _rename(self, owner: _Owner) -> None:
        await self._create(owner)
        owner.unsure = True
        renamed = await self.api.sessions.rename(owner.ref, owner.dice.choice(owner.names))
        owner.name, owner.id, owner.unsure = renamed.name, renamed.id, False

    async def _rename_to_a_taken_name(self, owner: _Owner) -> None:
        taken = owner.dice.choice(self.numbers).session
        with contextlib.suppress(NameTaken):
            await self.api.sessions.rename(owner.ref, taken)
            self.troubles.append(f"{owner.name} was renamed to {taken}, which another session is called")

    async def _create(self, owner: _Owner) -> Session:
        session = await self.api.sessions.create(owner.name)
        owner.id = session.id
        return session

    async def _link(self, owner: _Owner) -> None:
        session = await self._create(owner)
        code = await self.api.sessions.first_qr(session.id)
        await asyncio.sleep(owner.dice.uniform(0.0, 0.2))
        await owner.phone.scan(code.code)

    async def _change_mind(self, owner: _Owner) -> None:
        await self._interrupt(owner, self.api.sessions.cancel_pair)

    async def _delete_meanwhile(self, owner: _Owner) -> None:
        await self._interrupt(owner, self.api.sessions.delete)

    async def _interrupt(self, owner: _Owner, act: Callable[[str], Awaitable[None]]) -> None:
        """Do this while the phone scans."""
        linking = asyncio.create_task(self._link(owner))
        try:
            await asyncio.sleep(owner.dice.uniform(0.0, 0.4))
            await act(owner.ref)
        finally:
            await linking

    async def _log_out(self, owner: _Owner) -> None:
        await self.api.sessions.logout(owner.ref)

    async def _delete(self, owner: _Owner) -> None:
        await self.api.sessions.delete(owner.ref)

    async def _disconnect(self, owner: _Owner) -> None:
        await self.api.sessions.disconnect(owner.ref)

    async def _connect(self, owner: _Owner) -> None:
        await self.api.sessions.connect(owner.ref)

    async def _write(self, owner: _Owner) -> None:
        token = f"own-{self.seed}-{next(self._tokens)}"
        sent = await self.api.send(
            owner.ref, owner.friend.phone, token, idempotency_key=token, timeout_s=10.0
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
                    self._told[data.message_id] = data.status.value
                elif event.text.startswith("to-"):
                    self._received[event.text] += 1
                stream.ack(event)

    async def settle(self) -> None:
        """Stop acting, bring every session back, and judge. What is wrong is in `troubles` afterwards."""
        if not self.count:
            return
        self._over = True
        for task in self._tasks[1:]:
            task.cancel()
        await asyncio.gather(*self._tasks[1:], return_exceptions=True)
        for number in self.numbers:
            await self._try(self.api.sessions.connect(number.session))
        await asyncio.gather(*(self._bring_back(owner) for owner in self._owners))
        await self._no_session_too_many()
        for owner in self._owners:
            await self._try(self._write(owner))
        left = await self._unaccounted()
        for _ in range(_LOOKS):
            if not left:
                break
            await asyncio.sleep(_LOOK_EVERY_S)
            left = await self._unaccounted()
        self.troubles += [self._missing(id, token) for id, token in self._accepted.items() if token in left]
        twice = [token for token, times in self._received.items() if times > 1]
        twice += [token for token, times in (await self._arrived()).items() if times > 1]
        self.troubles += [f"{token} came twice" for token in twice]

    def _missing(self, message_id: str, token: str) -> str:
        told = self._told.get(message_id, "nothing")
        return f"{token} ({message_id}) was accepted and is unaccounted for: told of it was {told}"

    def _note_death(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (failure := task.exception()) is not None:
            self.troubles.append(f"people's events stopped: {type(failure).__name__}: {failure}")

    async def _no_session_too_many(self) -> None:
        """A session that was renamed is one session, under its newest name."""
        called = {session.name for session in await self.api.sessions.list()}
        for owner in self._owners:
            others = sorted(called & set(owner.names) - {owner.name})
            self.troubles += [f"{owner.name} has a second session, {other}" for other in others]

    async def _bring_back(self, owner: _Owner) -> None:
        deadline = asyncio.get_running_loop().time() + _BACK_WITHIN_S
        seen: Session | None = None
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(HoldfastError, SimulatorError):
                await self._learn_name(owner)
                seen = await self._create(owner)
                if seen.connected:
                    return
                if seen.state in _SCANNABLE:
                    await self._link(owner)
                elif seen.state in {"stopped", "replaced"}:
                    await self.api.sessions.connect(seen.id)
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
        told = {token for id, token in self._accepted.items() if self._told.get(id) == "failed"}
        return sorted(set(self._accepted.values()) - told - arrived.keys())
