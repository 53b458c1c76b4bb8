"""The ways in and out: one-time link, first user, name and password, signing out. Plain HTML, no script."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from holdfast.client import GatewayUnreachable, HoldfastError, IssuedKey, TotpNeeded
from holdfast.dashboard.entrance import Entrance
from holdfast.dashboard.language import LANGUAGES, N_, Language, _
from holdfast.dashboard.logins import COOKIE
from holdfast.dashboard.meaning import refusal
from holdfast.dashboard.reading import remember
from holdfast.dashboard.render import page
from holdfast.kit import logging

log = logging.get("dashboard")

#: Carries a link's token from the address bar to the form that makes the first user.
_TOKEN: Final = "holdfast_setup"
_TOKEN_LIVES_S: Final = 900
#: Pages on which a language can be chosen.
_CHOSEN_AT: Final = frozenset({"/", "/account", "/setup"})

Field = Annotated[str, Form(max_length=1024)]


def install(app: FastAPI, entrance: Entrance) -> None:
    """Put the doors into the application."""
    _link_door(app, entrance)
    _password_door(app, entrance)
    _first_door(app, entrance)

    @app.post("/signout")
    async def sign_out(request: Request) -> Response:
        login = entrance.login(request)
        if login is not None:
            entrance.sign_out(login)
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(COOKIE)
        return response

    @app.post("/language")
    async def choose(request: Request, language: Field = "", back: Field = "") -> Response:
        response = RedirectResponse(back if back in _CHOSEN_AT else "/", status_code=303)
        chosen, login = LANGUAGES.get(language), entrance.login(request)
        if chosen is not None:
            remember(response, request, chosen)
            if login is not None and (user := entrance.user(login)) is not None:
                entrance.languages.choose(user.user_id, chosen)
        return response


async def at_the_door(entrance: Entrance, request: Request, *, status: int = 401) -> Response:
    """What a browser without a login sees: the way to log in, or to make the first user."""
    try:
        async with entrance.stranger(request) as stranger:
            door = await stranger.access.door()
    except GatewayUnreachable:
        return _unreachable("/", link=False)
    except HoldfastError:
        return locked(_("This page opens with a link"))
    if door.set_up:
        return log_in_form(status=status)
    return locked(_("This page opens with a link")) if door.lab else _set_up_form(request, status=status)


def locked(title: str, why: str = "", *, status: int = 401) -> HTMLResponse:
    """How to get a link."""
    return page("locked", {"title": title, "why": why, "fault": ""}, status=status)


def log_in_form(*, name: str = "", fault: str = "", code: bool = False, status: int = 401) -> HTMLResponse:
    """Name, password, and a code where one is needed."""
    values = {"title": _("Log in"), "name": name, "fault": fault, "code": code}
    return page("login", values, status=status)


def _set_up_form(request: Request, *, name: str = "", fault: str = "", status: int = 200) -> HTMLResponse:
    known = bool(request.cookies.get(_TOKEN))
    values = {"title": _("Welcome to Holdfast"), "name": name, "fault": fault, "known": known}
    return page("setup", values, status=status)


def _unreachable(retry: str, *, link: bool) -> HTMLResponse:
    values = {"title": _("The gateway does not answer"), "retry": retry, "link": link, "fault": ""}
    return page("unreachable", values, status=503)


def _link_door(app: FastAPI, entrance: Entrance) -> None:
    @app.get("/login")
    async def enter(request: Request, token: str = "") -> Response:
        before = entrance.login(request)
        if not token:
            return RedirectResponse("/", status_code=303)
        try:
            async with entrance.stranger(request) as stranger:
                door = await stranger.access.door()
                if not door.set_up and not door.lab:
                    return _to_set_up(request, token)
                issued = IssuedKey.read(await stranger.exchange_link(token))
        except GatewayUnreachable:
            return _unreachable(f"/login?{request.url.query}", link=True)
        except HoldfastError as refused:
            if before is not None:
                return RedirectResponse("/", status_code=303)  # the same link pressed twice
            log.warning("dashboard.link_refused", code=refused.code)
            return locked(
                _("This link no longer works"), _("A link logs one browser in, once, and not for long.")
            )
        return await _enter(entrance, request, issued)


def _to_set_up(request: Request, token: str) -> Response:
    # The token leaves the address bar, the history and the next page's referrer.
    response = RedirectResponse("/setup", status_code=303)
    secure = request.url.scheme == "https"
    response.set_cookie(
        _TOKEN, token, max_age=_TOKEN_LIVES_S, path="/setup", httponly=True, samesite="lax", secure=secure
    )
    return response


def _password_door(app: FastAPI, entrance: Entrance) -> None:
    @app.post("/login")
    async def log_in(
        request: Request, name: Field = "", password: Field = "", code: Field = "", stay: Field = ""
    ) -> Response:
        try:
            async with entrance.stranger(request) as stranger:
                issued = await stranger.access.log_in(
                    name[:64], password, code=code[:16] or None, stay=bool(stay)
                )
        except GatewayUnreachable:
            return _unreachable("/", link=False)
        except HoldfastError as refused:
            needs_code = isinstance(refused, TotpNeeded) or bool(code)
            return log_in_form(name=name[:64], fault=refusal(refused), code=needs_code)
        return await _enter(entrance, request, issued)


def _first_door(app: FastAPI, entrance: Entrance) -> None:
    @app.get("/setup")
    async def form(request: Request) -> Response:
        try:
            async with entrance.stranger(request) as stranger:
                if (await stranger.access.door()).set_up:
                    return RedirectResponse("/", status_code=303)
        except GatewayUnreachable:
            return _unreachable("/setup", link=False)
        return _set_up_form(request)

    @app.post("/setup")
    async def make(
        request: Request, name: Field = "", password: Field = "", again: Field = "", token: Field = ""
    ) -> Response:
        shown = token.strip().rpartition("token=")[2] or request.cookies.get(_TOKEN, "")
        try:
            if password != again:
                raise HoldfastError(
                    N_("These are two different passwords"), next_step=N_("Type the same one twice.")
                )
            async with entrance.stranger(request) as stranger:
                issued = await stranger.access.set_up(shown[:256], name[:64], password)
        except GatewayUnreachable:
            return _unreachable("/setup", link=False)
        except HoldfastError as refused:
            return _set_up_form(request, name=name[:64], fault=refusal(refused), status=401)
        response = await _enter(entrance, request, issued)
        response.delete_cookie(_TOKEN, path="/setup")
        return response


async def _enter(entrance: Entrance, request: Request, issued: IssuedKey) -> Response:
    before = entrance.login(request)
    if before is not None:
        entrance.sign_out(before)  # one browser, one key
    log.info("dashboard.logged_in")
    cookie, until = entrance.admit(issued)
    life_s = None if until is None else max(1, int((until - datetime.now(UTC)).total_seconds()))
    response = RedirectResponse("/", status_code=303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, cookie, max_age=life_s, httponly=True, samesite="lax", secure=secure)
    chosen = await _language_of(entrance, request, cookie)
    if chosen is not None:
        remember(response, request, chosen)
    return response


async def _language_of(entrance: Entrance, request: Request, cookie: str) -> Language | None:
    """What the user of a new login has chosen, in whichever browser; None without a choice or a user."""
    login = entrance.logins.find(cookie)
    if login is None:
        return None
    try:
        me = await entrance.me(login, entrance.client(login, request))
    except HoldfastError:
        return None
    return entrance.languages.of(me.user.user_id) if me.user else None
