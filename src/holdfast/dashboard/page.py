"""The one page: its top, the board, the dialogs, and what its buttons ask of the gateway."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import Request
from nicegui import ui
from nicegui.events import GenericEventArguments

from holdfast.client import GatewayUnreachable, HoldfastError, Session, Unauthorized
from holdfast.dashboard.confirm import Confirm
from holdfast.dashboard.elements import BoardElement
from holdfast.dashboard.entrance import Entrance
from holdfast.dashboard.killing import Victim
from holdfast.dashboard.language import N_, _
from holdfast.dashboard.linking import LinkDialog
from holdfast.dashboard.logins import Login
from holdfast.dashboard.meaning import refusal
from holdfast.dashboard.plain import visit_of
from holdfast.dashboard.render import top
from holdfast.dashboard.views import Patch
from holdfast.dashboard.visits import Visit
from holdfast.dashboard.watch import Watcher
from holdfast.dashboard.words import Verb, telephone
from holdfast.kit import logging
from holdfast.model.actions import Action

log = logging.get("dashboard")


class Page:
    """One browser tab. Everything it asks goes out under its own browser's key."""

    def __init__(self, entrance: Entrance, login: Login, request: Request) -> None:
        self._entrance, self._login, self._request = entrance, login, request
        self._client, self._watch = entrance.client(login, request), entrance.watch(login)
        self._browser = ui.context.client
        self._watcher = Watcher(self._client, self._apply, self._refused)
        self._board: BoardElement | None = None

    async def draw(self) -> None:
        """Draw everything that is known now, and follow from there. Raises Unauthorized."""
        self._browser.on_delete(lambda: self._watch.close(self._watcher))
        visit = await self._visit()
        # Nothing may be awaited from here to the board: what the watch tells before there is one is lost.
        first = await self._watch.open(self._watcher)
        ui.html(top(visit, "/") if visit else "", sanitize=False, tag="div")
        with ui.element("main"):
            ui.html(_("Numbers"), tag="h1").classes("hf-heard")
            self._board = BoardElement(first, acts=visit is not None and visit.may("admin"))
        self._board.on("act", self._act)
        self._board.on("kill", self._kill)
        self._link = LinkDialog(self._client, self._watch.board, self._watch.put)
        self._board.on("add", self._link.ask_name)
        self._confirm = Confirm()
        wanted = self._watch.board.sessions.get(self._request.query_params.get("link", ""))
        if wanted is not None and Action.LOG_OUT not in wanted.actions:
            self._link.link(wanted)

    async def _visit(self) -> Visit | None:
        """Who looks; None while the gateway says nothing."""
        try:
            return await visit_of(self._entrance, self._request, self._client)
        except Unauthorized:
            raise
        except HoldfastError:
            return None

    def _apply(self, patch: Patch) -> None:
        if self._board is not None:
            self._board.apply(patch)

    def _refused(self) -> None:
        """The gateway no longer takes this browser's key."""
        self._entrance.sign_out(self._login)
        with self._browser:
            ui.navigate.to("/")

    # ---- what buttons ask ----------------------------------------------------------------------------

    async def _act(self, event: GenericEventArguments) -> None:
        session = self._watch.board.sessions.get(_word(event, "id"))
        if session is None or _word(event, "verb") not in set(Verb):
            return
        deeds: Mapping[Verb, Callable[[Session], Awaitable[None]]] = {
            Verb.LINK: self._show_code,
            Verb.SHOW_QR: self._show_code,
            Verb.CANCEL: self._cancel,
            Verb.CONNECT: self._connect,
            Verb.DISCONNECT: self._disconnect,
            Verb.LOGOUT: self._log_out,
            Verb.REMOVE: self._remove,
        }
        await self._asked(deeds[Verb(_word(event, "verb"))](session))

    async def _asked(self, deed: Awaitable[None]) -> None:
        """Do it, and say in one line what was refused."""
        try:
            await deed
        except Unauthorized:
            self._refused()
        except HoldfastError as refused:
            _say(refused)
        except Exception as failure:
            log.error("dashboard.deed_failed", error=type(failure).__name__, exc_info=True)
            _say(HoldfastError(N_("That did not work"), next_step=N_("Look into logs/dashboard.log.")))

    async def _show_code(self, session: Session) -> None:
        self._link.link(session)

    async def _cancel(self, session: Session) -> None:
        await self._client.sessions.cancel_pair(session.id)
        self._watch.put(await self._client.sessions.get(session.id))

    async def _connect(self, session: Session) -> None:
        self._watch.put(await self._client.sessions.connect(session.id))

    async def _disconnect(self, session: Session) -> None:
        self._watch.put(await self._client.sessions.disconnect(session.id))

    async def _log_out(self, session: Session) -> None:
        number = telephone(session.phone) or session.name
        sure = await self._confirm.ask(
            _("Log out %(number)s?", number=number),
            _(
                "The phone forgets this link, and messages stop. To use the number again somebody has to "
                "scan a new QR code. To let it rest, pause it: then it stays linked."
            ),
            _("Log out"),
        )
        if sure:
            self._watch.put(await self._client.sessions.logout(session.id))

    async def _remove(self, session: Session) -> None:
        sure = await self._confirm.ask(
            _("Remove “%(name)s”?", name=session.name),
            _("Its name becomes free. What it received stays."),
            _("Remove"),
        )
        # Somebody may have scanned while the question was open; a linked number is never removed from here.
        if sure and Action.LOG_OUT not in (await self._client.sessions.get(session.id)).actions:
            await self._client.sessions.delete(session.id)
            self._watch.removed(session.id)

    async def _kill(self, event: GenericEventArguments) -> None:
        if _word(event, "victim") in set(Victim):
            await self._asked(self._do_kill(Victim(_word(event, "victim"))))

    async def _do_kill(self, victim: Victim) -> None:
        self._watch.kills(victim)
        try:
            await self._client.lab_kill(victim.value)
        except GatewayUnreachable:
            if victim is Victim.ENGINE:
                raise  # otherwise the gateway died before it answered, as asked


def _word(event: GenericEventArguments, name: str) -> str:
    return str(event.args.get(name, "")) if isinstance(event.args, dict) else ""


def _say(refused: HoldfastError) -> None:
    ui.notify(refusal(refused), type="negative", position="top", timeout=8000)
