"""Carries out one kill and waits until everything is back."""

import asyncio
import contextlib
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from holdfast.cli.selftest.faults import Faults
from holdfast.cli.selftest.plan import Kill
from holdfast.cli.selftest.traffic import Number
from holdfast.client import Client, GatewayUnreachable, HoldfastError, NoQr, System
from holdfast.lab import Phone, Simulator, SimulatorError, Stack
from holdfast.lab.stack import replaced

_PASSED_WITHIN_S = 60.0
_BACK_WITHIN_S = 120.0


class KillMissed(Exception):
    """The named point was not passed in time."""


class NotBack(Exception):
    """Not every number came back in time. The message is one line."""


@dataclass(frozen=True, slots=True)
class Strike:
    """What a kill did: when, to whom, and the number that was linked on the way."""

    at: float
    victims: frozenset[str]
    paired: Sequence[Number] = ()


@dataclass
class Killer:
    """Kills by plan. Keeps what the report needs."""

    stack: Stack
    simulator: Simulator
    numbers: list[Number]
    faults: Faults
    struck: dict[str, int] = field(default_factory=dict)
    restore_s: list[float] = field(default_factory=list)
    paired: int = 0
    #: How many engines died by a kill.
    engines: int = 0

    async def carry_out(self, kill: Kill, wait: bool) -> None:
        """Strike, and with `wait` return when every number is connected again.

        Raises KillMissed when the named point was not passed, NotBack when a number stays away.
        """
        await asyncio.sleep(kill.pause_s)
        before = await self.stack.identity()
        strike = await self._strike(kill)
        self.struck[kill.point] = self.struck.get(kill.point, 0) + 1
        self.engines += "engine" in strike.victims
        if wait:
            self.faults.flowing.clear()
            await self._until_back(kill, strike, before)
            self.faults.flowing.set()
            self.restore_s.append(time.monotonic() - strike.at)
        self.numbers += strike.paired

    async def _strike(self, kill: Kill) -> Strike:
        if not kill.named:
            return await self._strike_now(kill)
        self.stack.arm(kill.point)
        victims = frozenset({kill.victim})
        if kill.point != "pair_success":
            return Strike(await self._until_passed(kill), victims)  # the traffic passes it
        pairing = asyncio.create_task(self._pair_afresh(kill))
        struck_at = await self._until_passed(kill)
        return Strike(struck_at, victims, [await pairing])

    async def _strike_now(self, kill: Kill) -> Strike:
        deadline = time.monotonic() + _PASSED_WITHIN_S
        while time.monotonic() < deadline:
            # During a restore the victim may not be there yet: a kill that hits nobody is none.
            if victims := self.stack.kill(kill.victim):
                return Strike(time.monotonic(), victims)
            await asyncio.sleep(0.005)
        raise KillMissed(kill.point)

    async def _until_passed(self, kill: Kill) -> float:
        deadline = time.monotonic() + _PASSED_WITHIN_S
        while time.monotonic() < deadline:
            if not self.stack.armed(kill.point):
                return time.monotonic()
            await asyncio.sleep(0.005)
        if not self.stack.disarm(kill.point):
            return time.monotonic()
        raise KillMissed(kill.point)

    async def _pair_afresh(self, kill: Kill) -> Number:
        """Scan a new number; the engine dies between WhatsApp's yes and the folder's final name."""
        name = f"fresh-{kill.number}"
        phone = await self.simulator.phone(name)
        customer = await self.simulator.phone(f"customer of {name}")
        await self.stack.client.sessions.create(name)
        await self._scan(name, phone)
        self.paired += 1
        return Number(name, phone.phone, customer)

    async def _scan_again(self, number: Number) -> None:
        """A phone may say yes to a code whose engine is dead already: then its owner asks for another."""
        if (await self.stack.client.sessions.get(number.session)).state == "new":
            await self._scan(number.session, self.simulator.at(number.phone))

    async def _scan(self, name: str, phone: Phone) -> None:
        """Until the phone has said yes: somebody else's scan may pass the point and kill this one's code."""
        api = self.stack.client
        while True:
            with contextlib.suppress(SimulatorError, NoQr, GatewayUnreachable):
                code = await api.sessions.first_qr(name)
                await phone.scan(code.code)
                return
            with contextlib.suppress(GatewayUnreachable):
                if (await api.sessions.get(name)).phone:
                    return

    async def _until_back(self, kill: Kill, strike: Strike, before: System | None) -> None:
        within_s = self.faults.patience * _BACK_WITHIN_S
        deadline = time.monotonic() + within_s
        away = "the gateway did not answer"
        while (left_s := deadline - time.monotonic()) > 0:
            with contextlib.suppress(HoldfastError, TimeoutError):
                async with asyncio.timeout(left_s):
                    away = await self._who_is_away(strike, before)
                if not away:
                    return
            await asyncio.sleep(0.02)
        raise NotBack(f"kill {kill.number} ({kill.point}): {away} within {within_s:g} s")

    async def _who_is_away(self, strike: Strike, before: System | None) -> str:
        api = self.stack.client
        if not replaced(strike.victims, before, await api.system()):
            return "the killed process was not replaced"
        if away := await _away(api, {number.session for number in self.numbers}):
            return away
        # Everybody else is back: what the engine had left of a scan has been taken up.
        for number in strike.paired:
            await self._scan_again(number)
        return await _away(api, {number.session for number in strike.paired})


async def _away(api: Client, expected: Set[str]) -> str:
    sessions = [session for session in await api.sessions.list() if session.name in expected]
    # What somebody has disconnected on purpose is not away.
    missing = [session for session in sessions if not session.connected and session.state != "stopped"]
    if missing:
        return f"{missing[0].name} was {missing[0].state} ({missing[0].sentence}), {len(missing)} in all,"
    return "" if len(sessions) >= len(expected) else f"only {len(sessions)} of {len(expected)} numbers exist"
