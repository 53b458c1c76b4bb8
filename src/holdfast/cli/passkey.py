"""`holdfast pair`, where the phone's account wants a passkey: the helper script out, its answer in."""

import asyncio
import contextlib
import json
from collections.abc import Coroutine
from typing import Any

from holdfast.cli import ask
from holdfast.cli.screen import complain, plain, say
from holdfast.client import Client, HoldfastError, Passkey
from holdfast.model.pairing import PairingStep
from holdfast.model.passkey import PAGE

_LOOKS_EVERY_S = 0.5


async def relay(api: Client, name: str, step: str) -> bool:
    """Have the person do what this step wants. False when nobody can be asked.

    Returns as well when the pairing has gone on or ended meanwhile.
    """
    asked = await api.sessions.passkey(name)
    wanted = _compare(api, name, asked) if step == PairingStep.COMPARE_CODES else _use(api, name, asked)
    return await _unless_over(api, name, step, wanted)


async def _use(api: Client, name: str, asked: Passkey) -> bool:
    say("[bold]The phone's account asks for its passkey.[/] It works on WhatsApp's own page alone:")
    say("1. Open {} in a browser that has the passkey, and its console (F12).", PAGE)
    say("2. Paste this script there, and touch the passkey when the browser asks:")
    plain(asked.helper)
    say("3. Paste here what it printed (it is in the clipboard), and press Enter:")
    while True:
        answer = await ask.line()
        if answer is None:
            complain("Nobody answered. Next step: run `holdfast pair` in a terminal.")
            return False
        if not answer.strip():
            continue
        try:
            await api.sessions.answer_passkey(name, _parsed(answer))
        except HoldfastError as refused:
            if refused.code != "invalid_request":
                raise
            complain(str(refused))
            continue
        return True


def _parsed(answer: str) -> dict[str, Any]:
    try:
        found = json.loads(answer.strip().strip("'"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _compare(api: Client, name: str, asked: Passkey) -> bool:
    say("The phone shows a code. Is it [bold]{}[/]? Type yes or no:", asked.code)
    answer = await ask.line()
    if ask.means_yes(answer):
        await api.sessions.confirm_passkey(name)
    else:
        await api.sessions.cancel_pair(name)
    return answer is not None


async def _unless_over(api: Client, name: str, step: str, work: Coroutine[Any, Any, bool]) -> bool:
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_over(api, name, step))
    try:
        done, _ = await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working in done else True
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _over(api: Client, name: str, step: str) -> None:
    """Return when the pairing no longer waits for this step."""
    while True:
        with contextlib.suppress(HoldfastError):
            session = await api.sessions.get(name)
            if session.pairing is None or session.pairing.step != step:
                return
        await asyncio.sleep(_LOOKS_EVERY_S)
