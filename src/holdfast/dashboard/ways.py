"""The other ways to link in the dialog: a code to type on the phone, and a passkey that a person relays."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from holdfast.client import HoldfastError, Passkey, TypedCode
from holdfast.dashboard.elements import AskElement, button
from holdfast.dashboard.language import N_, _
from holdfast.dashboard.meaning import refusal
from holdfast.dashboard.words import telephone
from holdfast.model.passkey import PAGE

_TYPING = N_(
    "<ol><li>Open WhatsApp on the phone of %(phone)s.</li><li>Settings, <b>Linked devices</b>, "
    "<b>Link a device</b>, <b>Link with phone number instead</b>.</li><li>Type this code.</li></ol>"
)
_PASSKEY = N_(
    "<p>The phone's account asks for its passkey, which works on WhatsApp's own page alone.</p><ol><li>Open "
    "<b>%(page)s</b> in a browser that has the passkey, and its console (F12).</li>"
    "<li>Paste this script there, and touch the passkey when the browser asks.</li></ol>"
)


class TypedCodePart:
    """Eight characters, large."""

    def __init__(self) -> None:
        with ui.element("div") as self.element:
            self._how = ui.html("")
            self._code = ui.label().classes("hf-typed").props("data-test=typed-code")

    def show(self, typed: TypedCode) -> None:
        """Draw this code."""
        self._how.set_content(_(_TYPING, phone=telephone(typed.phone)))
        self._code.set_text(typed.code)

    def clear(self) -> None:
        """Forget the code."""
        self._code.set_text("")


class PasskeyPart:
    """The helper script out, its answer in; then a code to compare. What it asks for goes to `answer`."""

    def __init__(
        self, answer: Callable[[dict[str, Any]], Awaitable[None]], confirm: Callable[[], Awaitable[None]]
    ) -> None:
        self._answer, self._confirm = answer, confirm
        with ui.element("div") as self.element:
            self._relay_part()
            self._compare_part()

    def _relay_part(self) -> None:
        with ui.element("div") as self._relaying:
            ui.html(_(_PASSKEY, page=PAGE.removeprefix("https://")))
            self._helper = ui.textarea().props("readonly outlined dense rows=3 data-test=helper")
            self._helper.props["aria-label"] = _("Script for the console")
            field = {
                "aria-label": _("What the script printed"),
                "placeholder": _("Paste here what it printed"),
                "data-test": "passkey-answer",
            }
            with AskElement(self._hand_on, field, rows=3) as self._given:
                self._fault = ui.label().classes("hf-fault").props("role=alert")
                with ui.element("div").classes("hf-dialog-foot"):
                    button(_("Hand it on"), "hf-button hf-main", None).props("type=submit data-test=hand-on")

    def _compare_part(self) -> None:
        with ui.element("div") as self._comparing:
            ui.html(_("The phone shows a code. Is it this one?"), tag="p")
            self._code = ui.label().classes("hf-typed").props("data-test=compare-code")
            with ui.element("div").classes("hf-dialog-foot"):
                button(_("It is the same"), "hf-button hf-main", self._same).props("data-test=same-code")

    def show(self, asked: Passkey) -> None:
        """Draw what is to be done now."""
        self._relaying.set_visibility(not asked.code)
        self._comparing.set_visibility(bool(asked.code))
        self._helper.set_value(asked.helper)
        self._code.set_text(asked.code)
        self._fault.set_text("")

    def clear(self) -> None:
        """Forget everything."""
        self._helper.set_value("")
        self._given.begin("")
        self._code.set_text("")

    async def _hand_on(self, printed: str) -> None:
        try:
            given = json.loads(printed.strip().strip("'"))
        except ValueError:
            given = None
        if not isinstance(given, dict):
            self._fault.set_text(_("That is not what the script printed: it begins with { and ends with }."))
            return
        await self._asked(self._answer(given))

    async def _same(self) -> None:
        await self._asked(self._confirm())

    async def _asked(self, deed: Awaitable[None]) -> None:
        try:
            await deed
        except HoldfastError as refused:
            self._fault.set_text(refusal(refused))
