"""`holdfast send` and `holdfast events`."""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.cli.letter import Letter, LetterInvalid, content_of, options_of, upload_of
from holdfast.cli.run import client
from holdfast.cli.screen import Exit, complain, lab_banner, machine, plain, say
from holdfast.client import Client, Event, MediaFile, Message, Sent
from holdfast.model.events import (
    ApplicationEvent,
    BackupStatusChanged,
    BotFailed,
    BotReminder,
    ChatHandover,
    ConfigurationChanged,
    MessageFileChanged,
    MessageReceived,
    MessageStatusChanged,
    NoticeReceived,
    SendStatus,
    SessionHeartbeat,
    SessionPairing,
    SessionRenamed,
    SessionStateChanged,
    SessionUnlinking,
    SessionWarning,
    UnknownEvent,
)
from holdfast.model.media import FileKind
from holdfast.model.words import of_error, of_reason, of_warning


async def send(
    data: Path | None, session: str, to: str, letter: Letter, *, key: str | None, wait_s: float, as_json: bool
) -> int:
    """Send one message and tell what became of it. Raises LetterInvalid, and what the gateway refuses."""
    if letter.text == "-":
        letter = replace(letter, text=sys.stdin.read())
    options, upload = options_of(letter), upload_of(letter)
    content = None if upload is not None else content_of(letter)
    if letter.not_before is not None:
        wait_s = 0.0  # it waits on purpose
    async with client(data) as api:
        await _reach(api, quiet=as_json)
        if upload is not None:
            content = content_of(letter, await _upload(api, *upload))
        assert content is not None
        sent: Sent = await api.send(session, to, content, idempotency_key=key, timeout_s=10.0, **options)
        status, error = await _follow(api, sent, wait_s)
    if as_json:
        body = {"message_id": sent.message_id, "session_id": sent.session_id, "to": sent.to, "status": status}
        machine(body)
    elif status == "failed":
        complain(f"WhatsApp did not take {sent.message_id}: {error or 'no reason given'}")
    elif status == SendStatus.QUEUED and "not_before" in options:
        say("accepted {}: it goes out at {}", sent.message_id, f"{options['not_before']:%Y-%m-%d %H:%M:%S}")
    elif status == SendStatus.QUEUED:
        say("accepted {}: it goes out as soon as the number is connected", sent.message_id)
    else:
        say("[green]{}[/] {}", status, sent.message_id)
    return int(Exit.FAILED) if status == "failed" else 0


async def _upload(api: Client, path: Path, kind: FileKind | None) -> MediaFile:
    try:
        return await api.media.upload(path, kind=kind)
    except OSError as exc:
        raise LetterInvalid(f"{path} cannot be read: {exc.strerror}") from None


async def _follow(api: Client, sent: Sent, wait_s: float) -> tuple[str, str]:
    status, error = sent.status, ""
    deadline = time.monotonic() + wait_s
    while status == SendStatus.QUEUED and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
        message: Message = await api.message(sent.session_id, sent.message_id)
        status, error = message.status, message.error
    return status, error


@dataclass(frozen=True, slots=True)
class Followed:
    """Which events to print, from where, under which name. `change`: the name gets this filter."""

    subscription: str | None
    sessions: Sequence[str]
    types: Sequence[str]
    after: str | None
    change: bool


async def events(data: Path | None, wanted: Followed, *, as_json: bool) -> None:
    """Print events until Ctrl+C; a named subscription is acknowledged line by line."""
    async with client(data) as api:
        await _reach(api, quiet=as_json)
        name, sessions, types = wanted.subscription, wanted.sessions or None, wanted.types or None
        if wanted.change and name is not None:
            await api.change_subscription(name, sessions=wanted.sessions, types=wanted.types)
        async with api.events(name, sessions=sessions, types=types, after=wanted.after) as stream:
            async for event in stream:
                if as_json:
                    machine(_machine(event))
                else:
                    plain(_line(event))
                stream.ack(event)


async def _reach(api: Client, quiet: bool) -> None:
    # One HTTP request fails at once where the event socket would patiently wait for a gateway.
    if (await api.system()).lab and not quiet:
        lab_banner()


def _machine(event: Event) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "cursor": event.cursor,
        "session": event.session,
        "session_id": event.session_id,
        "seq": event.seq,
        "type": event.type,
        "at": event.at.isoformat() if event.at else None,
        "data": dict(event.raw),
    }


def _line(event: Event) -> str:
    at = event.at.astimezone().strftime("%H:%M:%S") if event.at else "--:--:--"
    return f"{at}  {event.session:<12} {event.type:<17} {_words(event).strip()}"


def _words(event: Event) -> str:
    match event.data:
        case MessageReceived() as it:
            name = it.push_name or it.sender_phone or it.sender or "?"
            return f"{name}: {event.text or f'({it.content.kind})'}"
        case MessageStatusChanged() as it:
            why = (it.error.detail or of_error(it.error.code).sentence) if it.error else ""
            return f"{it.message_id} {it.status} {why}"
        case MessageFileChanged() as it:
            return f"{it.message_id} file {it.state} {of_error(it.error).sentence if it.error else ''}"
        case NoticeReceived() as it:
            return f"{it.sender_phone or it.sender or it.chat}: ({it.notice.kind})"
        case SessionStateChanged() as it:
            return f"{it.previous} -> {it.state} {of_reason(it.reason, it.code).sentence}"
        case SessionPairing() as it:
            return of_reason(it.ended).sentence if it.ended else f"code {it.index} of {it.of}"
        case SessionUnlinking() as it:
            return f"a device of {it.phone}: {it.outcome.replace('_', ' ')}"
        case SessionHeartbeat() as it:
            return f"{it.state} {it.phone or ''}"
        case SessionWarning() as it:
            return f"{'' if it.active else 'over: '}{of_warning(it.code).sentence}"
        case SessionRenamed() as it:
            return f"was called {it.previous}"
        case BotReminder() as it:
            return f"{it.bot} in {it.chat}: {it.name}"
        case BotFailed() as it:
            return f"{it.bot} gave {it.event_id} up: {it.error} {it.detail}"
        case ConfigurationChanged() as it:
            return f"{it.name} has version {it.version} ({it.author})"
        case BackupStatusChanged() as it:
            return f"backup {it.status.value} {it.archive or it.error}"
        case ChatHandover() as it:
            return f"{it.chat} is with {'a human' if it.active else 'the bots again'} ({it.by})"
        case ApplicationEvent() as it:
            return f"{it.application}: {it.name} {it.body.get('reference') or it.subject}"
        case UnknownEvent() as it:
            return json.dumps(dict(it.data), ensure_ascii=False)
