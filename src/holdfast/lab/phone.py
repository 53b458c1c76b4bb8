"""One simulated phone: everything that its owner could do with it, each by the part that knows how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from holdfast.lab.admin import Admin
from holdfast.lab.hands import Hands
from holdfast.lab.identity import Identity
from holdfast.lab.line import Line
from holdfast.lab.linking import Linking
from holdfast.lab.mailbox import Mailbox
from holdfast.lab.part import Via
from holdfast.lab.pen import Pen
from holdfast.lab.screen import Screen


@dataclass(frozen=True, slots=True)
class Phone:
    """A simulated phone. `phone` is its number, digits only; two objects of one number are equal."""

    phone: str
    lid: str = field(default="", compare=False)
    name: str = field(default="", compare=False)
    _admin: Admin = field(default=None, repr=False, compare=False)  # type: ignore[assignment]

    @classmethod
    def of(cls, admin: Admin, body: Mapping[str, Any]) -> "Phone":
        """A phone from the admin API's description."""
        return cls(str(body["phone"]), str(body.get("lid") or ""), str(body.get("name") or ""), admin)

    @property
    def core(self) -> Line:
        """Its number and the admin API that knows it."""
        return Line(self.phone, self._admin)

    async def post(self, verb: str, body: Mapping[str, Any] | None = None) -> Any:
        """An order of the admin API to this phone, for what it has no method for."""
        return await self.core.post(verb, body)

    async def fetch(self, what: str, params: Mapping[str, Any] | None = None, wait_s: float = 0.0) -> Any:
        """Something that the admin API tells of this phone, for what it has no method for."""
        return await self.core.fetch(what, params, wait_s)

    send = Via(Pen, Pen.send)
    say = Via(Pen, Pen.say)
    say_many = Via(Pen, Pen.say_many)
    send_raw = Via(Pen, Pen.send_raw)
    send_file = Via(Pen, Pen.send_file)
    send_location = Via(Pen, Pen.send_location)
    send_contact = Via(Pen, Pen.send_contact)
    send_poll = Via(Pen, Pen.send_poll)
    react = Via(Pen, Pen.react)
    edit = Via(Pen, Pen.edit)
    delete = Via(Pen, Pen.delete)
    pin = Via(Pen, Pen.pin)
    vote = Via(Pen, Pen.vote)
    set_disappearing = Via(Pen, Pen.set_disappearing)

    inbox = Via(Mailbox, Mailbox.inbox)
    wait_for = Via(Mailbox, Mailbox.wait_for)
    read = Via(Mailbox, Mailbox.read)
    file = Via(Mailbox, Mailbox.file)
    receipts = Via(Mailbox, Mailbox.receipts)
    activity = Via(Mailbox, Mailbox.activity)

    chats = Via(Screen, Screen.chats)
    chat = Via(Screen, Screen.chat)
    arrange = Via(Screen, Screen.arrange)
    save_label = Via(Screen, Screen.save_label)
    contacts = Via(Screen, Screen.contacts)
    save_contact = Via(Screen, Screen.save_contact)

    rename = Via(Identity, Identity.rename)
    profile = Via(Identity, Identity.profile)
    set_about = Via(Identity, Identity.set_about)
    set_picture = Via(Identity, Identity.set_picture)
    set_privacy = Via(Identity, Identity.set_privacy)
    also_written = Via(Identity, Identity.also_written)
    block = Via(Identity, Identity.block)
    set_username = Via(Identity, Identity.set_username)
    set_business = Via(Identity, Identity.set_business)

    state = Via(Hands, Hands.state)
    sleep = Via(Hands, Hands.sleep)
    wake = Via(Hands, Hands.wake)
    typing = Via(Hands, Hands.typing)
    set_present = Via(Hands, Hands.set_present)
    call = Via(Hands, Hands.call)
    calls = Via(Hands, Hands.calls)
    answer_call = Via(Hands, Hands.answer_call)
    groups = Via(Hands, Hands.groups)
    make_group = Via(Hands, Hands.make_group)
    join = Via(Hands, Hands.join)

    scan = Via(Linking, Linking.scan)
    enter_code = Via(Linking, Linking.enter_code)
    account = Via(Linking, Linking.account)
    kick = Via(Linking, Linking.kick)
    unlink = Via(Linking, Linking.unlink)
    mark_dirty = Via(Linking, Linking.mark_dirty)
    lock_for = Via(Linking, Linking.lock_for)
    rotate_key = Via(Linking, Linking.rotate_key)
    passkey = Via(Linking, Linking.passkey)
    demand_passkey = Via(Linking, Linking.demand_passkey)
    assert_passkey = Via(Linking, Linking.assert_passkey)
    compare_passkey = Via(Linking, Linking.compare_passkey)
