"""Serves the plain pages: one door for all of them, so that none forgets to ask who is there."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from holdfast.client import Client, GatewayUnreachable, HoldfastError, Unauthorized
from holdfast.dashboard.doors import at_the_door
from holdfast.dashboard.entrance import Entrance
from holdfast.dashboard.language import N_, _, lookup
from holdfast.dashboard.meaning import of_refusal, refusal
from holdfast.dashboard.render import page, top
from holdfast.dashboard.rooms import ROOMS, Room, Values
from holdfast.dashboard.visits import Visit
from holdfast.kit import logging
from holdfast.model.errors import Forbidden

log = logging.get("dashboard")


def install(app: FastAPI, entrance: Entrance) -> None:
    """Put every plain page into the application."""
    for room in ROOMS:
        app.add_api_route(room.path, _shower(entrance, room), methods=["GET"], response_model=None)
        if room.acts:
            app.add_api_route(room.path, _actor(entrance, room), methods=["POST"], response_model=None)


def _shower(entrance: Entrance, room: Room) -> Callable[[Request], Awaitable[Response]]:
    async def show(request: Request) -> Response:
        async def work(visit: Visit) -> Response:
            return await _show(visit, room)

        return await _admitted(entrance, room, request, work)

    return show


def _actor(entrance: Entrance, room: Room) -> Callable[[Request], Awaitable[Response]]:
    async def act(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=room.fields)
        given = {name: value for name, value in form.items() if isinstance(value, str)}

        async def work(visit: Visit) -> Response:
            deed = room.acts.get(given.get("act", ""))
            if deed is None:
                raise HoldfastError(N_("This page knows no such button"), next_step=N_("Load it again."))
            try:
                shown = await deed(visit, given)
            except (GatewayUnreachable, Unauthorized):
                raise
            except HoldfastError as refused:
                return await _show(visit, room, {**room.again(given), "fault": refusal(refused)}, status=422)
            if shown is None or isinstance(shown, str):
                return RedirectResponse(shown or request.url.path, status_code=303)
            return await _show(visit, room, shown)

        return await _admitted(entrance, room, request, work)

    return act


async def _show(visit: Visit, room: Room, more: Values | None = None, *, status: int = 200) -> Response:
    values = {"title": lookup(room.title), "fault": "", "said": "", "visit": visit, **await room.show(visit)}
    return page(
        room.template, {**values, **(more or {}), "top": Markup(top(visit, room.path))}, status=status
    )


async def _admitted(
    entrance: Entrance, room: Room, request: Request, work: Callable[[Visit], Awaitable[Response]]
) -> Response:
    """Do this for a browser that is logged in and may; everybody else is told what to do."""
    login = entrance.login(request)
    if login is None:
        return await at_the_door(entrance, request)
    client = entrance.client(login, request)
    try:
        visit = await visit_of(entrance, request, client)
        if not visit.may(room.scope):
            raise Forbidden
        return await work(visit)
    except Unauthorized:
        entrance.sign_out(login)
        return await at_the_door(entrance, request)
    except GatewayUnreachable:
        return _trouble(_("The gateway does not answer"), _("It is tried again by itself."), 503)
    except HoldfastError as refused:
        said = of_refusal(refused)
        return _trouble(said.sentence, said.next_step, 403 if isinstance(refused, Forbidden) else 422)
    except Exception as failure:
        log.error("dashboard.page_failed", error=type(failure).__name__, exc_info=True)
        return page("broken", {"title": _("This page could not be drawn"), "fault": ""}, status=500)


async def visit_of(entrance: Entrance, request: Request, client: Client) -> Visit:
    """The visit of a browser that is logged in. Raises what the gateway refuses."""
    login = entrance.login(request)
    if login is None:
        raise Unauthorized
    me = await entrance.me(login, client)
    applications = await entrance.applications(client)
    return Visit(request, login, client, me, entrance.options.lab, applications)


def _trouble(title: str, step: str, status: int) -> Response:
    return page("trouble", {"title": title, "step": step, "fault": ""}, status=status)
