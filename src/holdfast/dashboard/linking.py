"""The dialog that links a number: name, QR code with countdown, and the green number at the end."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any, Final

from nicegui import background_tasks, ui

from holdfast.client import (
    AlreadyLinked,
    Client,
    GatewayUnreachable,
    HoldfastError,
    NoPasskey,
    NoQr,
    Session,
)
from holdfast.dashboard.board import Board
from holdfast.dashboard.elements import AskElement, QrElement, button
from holdfast.dashboard.language import N_, _
from holdfast.dashboard.meaning import of_refusal, of_session, refusal
from holdfast.dashboard.names import looks_like_id, suggested_name
from holdfast.dashboard.pace import LOOK_S, while_current, while_step
from holdfast.dashboard.ways import PasskeyPart, TypedCodePart
from holdfast.dashboard.words import telephone
from holdfast.kit import logging
from holdfast.model.pairing import PairingStep
from holdfast.model.reasons import Reason
from holdfast.model.states import ACTIVE

log = logging.get("dashboard")

_WAIT_S = 20.0
_CONNECTS_WITHIN_S = 60.0
_PASSKEY_STEPS: Final = frozenset({PairingStep.USE_PASSKEY, PairingStep.COMPARE_CODES})

_STEPS = N_(
    "<ol><li>Open WhatsApp on the phone.</li><li>Settings, <b>Linked devices</b>, <b>Link a device</b>.</li>"
    "<li>Point the camera at this code.</li></ol>"
)


class LinkDialog:
    """One dialog per page. A number is linked in it from the first word to the green tick."""

    def __init__(self, client: Client, board: Board, put: Callable[[Session], None]) -> None:
        self._client, self._board, self._put = client, board, put
        self._work: asyncio.Task[None] | None = None
        self._ref = ""
        #: The phone on which a code is to be typed; empty: a QR code is scanned.
        self._phone = ""
        with ui.dialog() as self._dialog, ui.card().classes("hf-dialog").props("flat"):
            self._name_part()
            self._code_part()
            self._linked_part()
            self._failed_part()
        self._dialog.props("data-test=link-dialog").props["aria-label"] = _("Link a number")
        self._dialog.on("hide", self._hidden)

    # ---- opening -------------------------------------------------------------------------------------

    def ask_name(self) -> None:
        """Begin with a new number."""
        self._asking.begin(suggested_name(self._board))
        self._fault.set_visibility(False)
        self._show(self._naming)
        self._dialog.open()

    def link(self, session: Session, *, replace_number: bool = False, phone: str = "") -> None:
        """Begin, or go on, with the QR code of a session, or with a code to type on this phone.

        Another number may take it over when asked so.
        """
        self._ref, self._phone = session.id, phone
        self._title.set_text(_("Link “%(name)s”", name=session.name))
        self._number_form.begin(phone)
        self._blank(_("Asking for a code …"))
        self._show(self._scanning)
        self._dialog.open()
        self._stop()
        self._work = background_tasks.create(self._contained(session, replace_number), name="dashboard link")

    # ---- parts ---------------------------------------------------------------------------------------

    def _name_part(self) -> None:
        with ui.element("div") as self._naming:
            ui.html(_("Add a number"), tag="h2")
            ui.html(_("Give it a name for programs and people to find it by."), tag="p")
            field = {"maxlength": "64", "aria-label": _("Name of the number"), "data-test": "name"}
            with AskElement(self._named, field, chosen=True) as self._asking:
                self._fault = ui.label().classes("hf-fault").props("role=alert")
                with ui.element("div").classes("hf-dialog-foot"):
                    button(_("Cancel"), "hf-button", self._dialog.close)
                    shown = button(_("Show QR code"), "hf-button hf-main", None)
                    shown.props("type=submit data-test=show-qr")

    def _code_part(self) -> None:
        with ui.element("div") as self._scanning:
            self._title = ui.label().classes("hf-title").props("role=heading aria-level=2")
            self._steps = ui.html(_(_STEPS))
            self._wait = ui.label().classes("hf-qr-wait").props("role=status")
            self._qr = QrElement()
            self._typed = TypedCodePart()
            self._passkey = PasskeyPart(self._answer_passkey, self._confirm_passkey)
            field = {
                "type": "tel",
                "placeholder": "+49 …",
                "aria-label": _("Number of the phone"),
                "data-test": "typed-on",
            }
            with AskElement(self._by_code, field).classes("hf-by-code") as self._number_form:
                typed = button(_("Type a code instead"), "hf-button", None)
                typed.props("type=submit data-test=by-code")
            with ui.element("div").classes("hf-dialog-foot"):
                button(_("Cancel"), "hf-button", self._cancel).props("data-test=cancel-link")

    def _linked_part(self) -> None:
        with ui.element("div").classes("hf-linked").props("role=status data-test=linked") as self._linked:
            ui.html('<div class="hf-linked-tick" aria-hidden="true">✓</div>')
            self._number = ui.label().classes("hf-number")
            self._linked_text = ui.label()
            with ui.element("div").classes("hf-dialog-foot"):
                button(_("Done"), "hf-button hf-main", self._dialog.close).props("data-test=done")

    def _failed_part(self) -> None:
        with ui.element("div") as self._failed:
            self._failure = ui.label().classes("hf-title").props("role=alert")
            self._failure_step = ui.label()
            with ui.element("div").classes("hf-dialog-foot"):
                button(_("Close"), "hf-button", self._dialog.close)
                self._replace = button(_("Use the other number"), "hf-button hf-sure", self._replace_number)
                self._replace.props("data-test=replace-number")
                button(_("Show a new code"), "hf-button hf-main", self._again)

    def _show(self, part: ui.element) -> None:
        for other in (self._naming, self._scanning, self._linked, self._failed):
            other.set_visibility(other is part)
        if part is not self._scanning:
            self._forget()

    def _forget(self) -> None:
        """No code is left on this page."""
        self._qr.clear_code()
        self._typed.clear()
        self._passkey.clear()

    # ---- doing ---------------------------------------------------------------------------------------

    async def _named(self, given: str) -> None:
        name = given.strip()
        try:
            if not name or looks_like_id(name):
                raise HoldfastError(N_("A name has letters in it"))
            session = await self._client.sessions.create(name)
        except HoldfastError as refused:
            self._fault.set_text(" ".join(refusal(refused).split()))
            self._fault.set_visibility(True)
            return
        self._put(session)
        self.link(session)

    async def _cancel(self) -> None:
        self._stop()
        self._dialog.close()
        with contextlib.suppress(HoldfastError):
            await self._client.sessions.cancel_pair(self._ref)

    def _again(self) -> None:
        session = self._board.sessions.get(self._ref)
        if session is not None:
            self.link(session)

    def _replace_number(self) -> None:
        session = self._board.sessions.get(self._ref)
        if session is not None:
            self.link(session, replace_number=True)

    def _by_code(self, phone: str) -> None:
        session = self._board.sessions.get(self._ref)
        if session is not None and phone:
            self.link(session, phone=phone)

    async def _answer_passkey(self, answer: dict[str, Any]) -> None:
        self._put(await self._client.sessions.answer_passkey(self._ref, answer))

    async def _confirm_passkey(self) -> None:
        self._put(await self._client.sessions.confirm_passkey(self._ref))

    def _hidden(self) -> None:
        if self._dialog.value:
            return  # opened again before the browser could tell that it had closed
        self._stop()
        self._forget()

    def _stop(self) -> None:
        if self._work is not None:
            self._work.cancel()
            self._work = None

    async def _contained(self, session: Session, replace_number: bool) -> None:
        try:
            await self._run(session, replace_number)
        except HoldfastError as refused:
            said = of_refusal(refused)
            self._fail(said.sentence, said.next_step)
        except Exception as failure:
            log.error("dashboard.link_failed", error=type(failure).__name__, exc_info=True)
            self._fail(_("The code could not be shown"), _("Reload the page and try again."))

    async def _run(self, session: Session, replace_number: bool) -> None:
        asked = self._client.sessions.pair(
            session.id, replace_number=replace_number, phone=self._phone or None
        )
        try:
            self._put(await asked)
        except AlreadyLinked:
            await self._succeed(await self._client.sessions.get(session.id))
            return
        while True:
            try:
                session = await self._client.sessions.get(session.id)
                self._put(session)
                if session.state != "pairing":
                    await self._ended(session)
                    return
                await self._show_step(session)
            except (NoQr, NoPasskey):
                await asyncio.sleep(LOOK_S)
            except GatewayUnreachable:
                self._blank(_("The gateway does not answer; trying again …"))
                await asyncio.sleep(LOOK_S)

    async def _show_step(self, session: Session) -> None:
        """What the person has to do now, until that is over. Raises NoQr, NoPasskey when it is already."""
        step = session.pairing.step if session.pairing is not None else ""
        if step in _PASSKEY_STEPS:
            self._passkey.show(await self._client.sessions.passkey(session.id))
            self._only(self._passkey.element)
            await while_step(self._board, session.id, step)
        elif step == PairingStep.ACCEPTED:
            self._blank(_("The phone has said yes …"))
            await while_step(self._board, session.id, step)
        elif self._phone:
            typed = await self._client.sessions.typed_code(session.id, wait_s=_WAIT_S)
            self._typed.show(typed)
            self._only(self._typed.element)
            await while_step(self._board, session.id, PairingStep.TYPE_CODE)
        else:
            qr = await self._client.sessions.qr(session.id, wait_s=_WAIT_S)
            self._qr.show(qr)
            self._only(self._qr)
            await while_current(self._board, session.id, qr)

    async def _ended(self, session: Session) -> None:
        if session.state in ACTIVE:
            await self._succeed(session)
        elif session.reason == Reason.NUMBER_DIFFERS:
            self._ask_about_number(session)
        else:
            said = of_session(session)
            self._fail(said.sentence or _("Pairing ended"), said.next_step)

    async def _succeed(self, session: Session) -> None:
        self._put(session)  # from here on the board is asked, and must not be older than this
        self._show(self._linked)
        self._number.set_text(telephone(session.phone) or session.name)
        self._linked_text.set_text(_("“%(name)s” is linked, and connects now.", name=session.name))
        began = time.monotonic()
        while not session.connected:
            await asyncio.sleep(LOOK_S)
            session = self._board.sessions.get(session.id, session)
            if session.state not in ACTIVE:
                said = of_session(session)
                self._fail(said.sentence, said.next_step)
                return
            if time.monotonic() > began + _CONNECTS_WITHIN_S:
                said = of_session(session)
                text = _("“%(name)s” is linked. %(sentence)s", name=session.name, sentence=said.sentence)
                self._linked_text.set_text(text)
        self._number.set_text(telephone(session.phone) or session.name)
        self._linked_text.set_text(
            _("“%(name)s” is connected, and stays so: no code is needed again.", name=session.name)
        )

    def _only(self, shown: ui.element) -> None:
        """Of the places for codes, this one alone; the others forget theirs."""
        places = {
            self._wait: lambda: None,
            self._qr: self._qr.clear_code,
            self._typed.element: self._typed.clear,
            self._passkey.element: self._passkey.clear,
        }
        for place, forget in places.items():
            place.set_visibility(place is shown)
            if place is not shown:
                forget()
        scans = shown in {self._wait, self._qr} and not self._phone
        self._steps.set_visibility(scans)
        self._number_form.set_visibility(scans)

    def _blank(self, text: str) -> None:
        self._wait.set_text(text)
        self._only(self._wait)

    def _ask_about_number(self, session: Session) -> None:
        had, other = telephone(session.phone), telephone(session.detail) or _("another number")
        self._fail(
            _(
                "“%(name)s” was %(had)s, and %(other)s was about to take it over",
                name=session.name,
                had=had,
                other=other,
            ),
            _(
                "Scan the code with the phone of %(had)s, or use %(other)s: programs that know this session "
                "speak from it then, and what waits to be sent from the old number is not sent.",
                had=had,
                other=other,
            ),
        )
        self._replace.set_visibility(True)

    def _fail(self, sentence: str, step: str) -> None:
        self._replace.set_visibility(False)
        self._failure.set_text(sentence)
        self._failure_step.set_text(step)
        self._show(self._failed)
