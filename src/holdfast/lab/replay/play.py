"""Plays a script in a world: line by line, and strict. What no line expects is an error as well."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from holdfast.lab.admin import SimulatorError
from holdfast.lab.facts import Received
from holdfast.lab.phone import Phone as LabPhone
from holdfast.lab.replay.script import (
    Act,
    Api,
    Bots,
    Clock,
    Config,
    Conversation,
    Hear,
    Human,
    Kill,
    Phone,
    Say,
    ScriptError,
    Send,
    State,
    holds,
)
from holdfast.lab.replay.world import World
from holdfast.lab.stack import StackError
from holdfast.model.errors import HoldfastError

_WITHIN_S: Final = 180.0
_PIXEL: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
    "050001a5f645400000000049454e44ae426082"
)
_VOICE: Final = b"OggS" + bytes(60)


@dataclass
class _Somebody:
    """One person of the script, and what they have not heard yet."""

    phone: LabPhone
    #: As the gateway calls the chat with them, once they have written.
    chat: str = ""
    after: int = 0
    unheard: list[Received] = field(default_factory=list)
    #: Ids of everything that their phone has received.
    received: set[str] = field(default_factory=set)

    async def look(self, wait_s: float = 0.0) -> None:
        items, self.after = await self.phone.inbox(self.after, wait_s)
        self.received.update(it.id for it in items)
        self.unheard += [it for it in items if not it.from_me]

    async def catch_up(self, world: World) -> None:
        """Return when all that WhatsApp has taken for their phone is there: it takes a moment more."""
        async with asyncio.timeout(_WITHIN_S):
            await self.look()
            while not await world.said_to(self.phone.phone) <= self.received:
                await self.look(wait_s=1.0)


async def _met(phone: LabPhone) -> _Somebody:
    """Somebody whose phone may have been in a script before: what it has received until now is heard."""
    somebody = _Somebody(phone)
    while True:
        before = somebody.after
        await somebody.look()
        somebody.unheard.clear()
        if somebody.after == before:
            return somebody


async def play(world: World, conversation: Conversation, folder: Path) -> None:
    """Play a conversation from its beginning to its end; the files that it names lie in the folder.

    Raises ScriptError with the line that did not come true.
    """
    try:
        await _Player(world, folder, conversation.acts).play()
    finally:
        await world.tidy()


class _Player:
    def __init__(self, world: World, folder: Path, acts: Sequence[Act]) -> None:
        self._world, self._folder, self._acts = world, folder, acts
        self._people: dict[str, _Somebody] = {}
        self._apart = any(isinstance(act, Kill) and act.what in {"bot", "all"} for act in acts)

    async def play(self) -> None:
        for act in self._acts:
            try:
                await self._do(act)
            except (HoldfastError, SimulatorError, StackError) as refusal:
                raise ScriptError(act.line, str(refusal)) from refusal
            except TimeoutError as late:
                raise ScriptError(act.line, "this took too long") from late
        await self._nothing_unexpected(self._acts[-1].line)

    async def _do(self, act: Act) -> None:
        match act:
            case Phone():
                self._people[act.who] = await _met(await self._world.phone(act.who, act.number))
            case Bots():
                names = [self._bot(name) for name in act.names]
                await self._world.start_bots(names, apart=self._apart)
            case Config():
                await self._config(act)
            case Say() | Send():
                who = await self._somebody(act.who)
                who.chat = await self._world.arrived(await self._write(act))
            case Hear():
                await self._hear(act)
            case Kill():
                await self._world.kill(act.what)
            case Clock():
                await self._world.set_time(act.at, act.later)
            case Human():
                await self._human(act)
            case State():
                await self._state(act)
            case Api():
                await self._api(act)

    def _bot(self, name: str) -> str:
        """A shipped bot's name, or a file beside the script."""
        return str((self._folder / name).resolve()) if name.endswith(".py") else name

    async def _config(self, act: Config) -> None:
        if act.file:
            await self._world.put(act.name, json.loads((self._folder / act.file).read_text()))
        else:
            await self._world.write(act.name, act.values)

    async def _somebody(self, name: str) -> _Somebody:
        if name not in self._people:
            self._people[name] = await _met(await self._world.phone(name))
        return self._people[name]

    async def _write(self, act: Say | Send) -> str:
        """Write to the number; the message's id."""
        phone, to = (await self._somebody(act.who)).phone, self._world.stack.phone
        if isinstance(act, Say):
            return await phone.say(to, act.text)
        words = list(act.words)
        caption = " ".join(words) or None
        match act.kind:
            case "location":
                name = " ".join(words[2:]) or None
                return await phone.send_location(to, float(words[0]), float(words[1]), name)
            case "photo":
                return await phone.send_file(to, _PIXEL, kind="image", mimetype="image/png", caption=caption)
            case "voice":
                return await phone.send_file(to, _VOICE, kind="voice", mimetype="audio/ogg; codecs=opus")
            case _:
                return await phone.send_file(to, b"%PDF-1.4", kind="document", file_name="a.pdf")

    async def _hear(self, act: Hear) -> None:
        who = await self._somebody(act.who)
        if act.text is None:
            await self._world.quiet()
            await who.catch_up(self._world)
            if who.unheard:
                raise ScriptError(act.line, f"{act.who} heard {_shown(who.unheard[0])}, not nothing")
            return
        deadline = asyncio.get_running_loop().time() + _WITHIN_S
        while not who.unheard and asyncio.get_running_loop().time() < deadline:
            await who.look(wait_s=1.0)
        if not who.unheard:
            raise ScriptError(act.line, f"{act.who} heard nothing")
        said = who.unheard.pop(0)
        if not act.fits(said.text or f"({said.kind})"):
            raise ScriptError(act.line, f"{act.who} heard {_shown(said)}")

    async def _nothing_unexpected(self, line: int) -> None:
        await self._world.quiet()
        for name, who in self._people.items():
            await who.catch_up(self._world)
            if who.unheard:
                raise ScriptError(
                    line, f"{name} heard {_shown(who.unheard[0])} at last, which no line expects"
                )

    async def _human(self, act: Human) -> None:
        await self._world.quiet()
        chat = (await self._somebody(act.who)).phone.phone
        handovers, session = self._world.client.handovers, self._world.stack.session
        await (handovers.take_over(session, chat) if act.takes else handovers.give_back(session, chat))

    async def _state(self, act: State) -> None:
        await self._world.quiet()
        chat = (await self._somebody(act.who)).phone.phone
        found = dict((await self._world.client.bot_state(self._world.stack.session, chat, act.bot)).data)
        if (act.expected is None and found) or not holds(found, act.expected or {}):
            raise ScriptError(act.line, f"{act.bot} remembers {json.dumps(found, ensure_ascii=False)}")

    async def _api(self, act: Api) -> None:
        await self._world.quiet()
        path = re.sub(r"\{(\w+)\}", lambda found: quote(self._chat(act.line, found[1]), safe=""), act.path)
        found: Any = await self._world.client.ask("GET", path)
        if not holds(found, act.expected):
            raise ScriptError(act.line, f"the API gives {json.dumps(found, ensure_ascii=False)}")

    def _chat(self, line: int, name: str) -> str:
        if name not in self._people or not self._people[name].chat:
            raise ScriptError(line, f"{name} has not written yet")
        return self._people[name].chat


def _shown(message: Received) -> str:
    return json.dumps(message.text or f"({message.kind})", ensure_ascii=False)
