"""`holdfast lab send`: every kind of message from one phone to another or to a group."""

from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path

from holdfast.cli.lab.attach import attached, name_of, recipient, somebody
from holdfast.cli.lab.words import Unclear, place
from holdfast.cli.screen import lab_banner, number, plain
from holdfast.lab import Phone
from holdfast.lab.address import Address


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent; exactly one of its kinds is given."""

    text: str | None = None
    file: Path | None = None
    kind: str | None = None
    mimetype: str | None = None
    reaction: str | None = None
    edit: str | None = None
    delete: bool = False
    location: str | None = None
    contact: str | None = None
    poll: str | None = None
    options: tuple[str, ...] = ()
    vote: tuple[str, ...] = ()
    target: str | None = None
    reply_to: str | None = None


_KINDS = {
    ".jpg": "image",
    ".jpeg": "image",
    ".png": "image",
    ".mp4": "video",
    ".ogg": "voice",
    ".mp3": "audio",
}
_KINDS[".webp"] = "sticker"

_ABOUT = ("reaction", "edit", "delete", "vote")


def kind_of(file: Path) -> str:
    """The kind of message for a file, by its ending."""
    return _KINDS.get(file.suffix.lower(), "document")


def checked(letter: Letter) -> Letter:
    """The letter, if it says one thing and all that this needs. Raises Unclear."""
    own = ("file", "reaction", "edit", "delete", "location", "contact", "poll", "vote")
    given = [name for name in own if getattr(letter, name)]
    given += ["reaction"] if letter.reaction == "" else []
    if len(given) > 1:
        raise Unclear(f"One message says one thing, and these are {len(given)}: --{', --'.join(given)}")
    if not given and letter.text is None:
        raise Unclear("There is nothing to send. Give a text, or --file, --reaction, --location, --poll, …")
    if given and given[0] in _ABOUT and not letter.target:
        raise Unclear(f"--{given[0]} needs the message that it is about: --target ID (holdfast lab inbox)")
    if letter.poll and len(letter.options) < 2:
        raise Unclear("A poll needs at least two answers: --option yes --option no")
    return letter


def written(phone: Phone, to: Address, letter: Letter) -> Awaitable[str]:
    """The order that sends it."""
    target = letter.target or ""
    if letter.file:
        kind = letter.kind or kind_of(letter.file)
        return phone.send_file(to, letter.file, kind=kind, mimetype=letter.mimetype, caption=letter.text)
    if letter.reaction is not None:
        return phone.react(to, target, letter.reaction)
    if letter.edit:
        return phone.edit(to, target, letter.edit)
    if letter.delete:
        return phone.delete(to, target)
    if letter.location:
        return phone.send_location(to, *place(letter.location), letter.text)
    if letter.contact:
        name, _, card = letter.contact.rpartition(":")
        return phone.send_contact(to, name or card, card)
    if letter.poll:
        return phone.send_poll(to, letter.poll, letter.options)
    if letter.vote:
        return phone.vote(to, target, *letter.vote)
    return phone.say(to, letter.text or "", reply_to=letter.reply_to)


async def send(data: Path | None, trust: Path | None, by: str, to: str, letter: Letter) -> None:
    """Send it and print its id."""
    checked(letter)
    if letter.file and not letter.file.is_file():
        raise Unclear(f"There is no file {letter.file}")
    async with attached(data, trust) as simulator:
        phone, target = await somebody(simulator, by), await recipient(simulator, to)
        id = await written(phone, target, letter)
    lab_banner()
    plain(f"{number(phone.phone)} -> {name_of(target)}: {id}")
