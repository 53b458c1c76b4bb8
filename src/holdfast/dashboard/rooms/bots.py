"""What bots say and charge: documents as forms, tried before they count, with every version."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from holdfast.client import HoldfastError
from holdfast.dashboard.fields import MOST, Field, form_of, with_faults
from holdfast.dashboard.language import N_, _, lookup, ngettext
from holdfast.dashboard.meaning import refusal
from holdfast.dashboard.rooms.room import Form, Room, Values
from holdfast.dashboard.shapes import Shape, place_words, shape_of, value_words, words_of
from holdfast.dashboard.typed import body_of, json_of, with_entry, without_entry
from holdfast.dashboard.visits import Visit
from holdfast.model.errors import ConfigurationInvalid, RequestInvalid

#: Names of what stands in a form beside the document.
_QUESTION: Final = "?"
_VERSIONS: Final = 50
_MOST_TURNS: Final = 20
#: What stands in the form at first: how most conversations begin.
_FIRST_WORDS: Final = N_("I need a ride")
#: What the chauffeur's bot would have done, instead of doing it.
_DONE: Final = {
    "booked": N_("Here the ride would be booked, and you would be told."),
    "handed_over": N_("Here the bot would be silent, and you would be told."),
}
#: The document whose preview asks a model.
_COSTS: Final = "prompts"
_NO_JSON: Final = N_("This is no JSON object. What holds is unchanged.")


async def _list(visit: Visit) -> Values:
    documents = await visit.client.configuration.list()
    bots = (await visit.client.configuration.get("bots")).body
    return {
        "documents": [(it, words_of(it.name), lookup(it.about)) for it in documents],
        "at_work": bots.get("enabled") or [],
        "rehearses": "chauffeur" in visit.applications,
        "turns": (),
        "typed": lookup(_FIRST_WORDS),
        "authors": await _authors(visit),
    }


async def _rehearse(visit: Visit, given: Form) -> Values:
    """What the chauffeur's bot would say to each line, after the one before."""
    typed = given.get("texts", "").replace("\r\n", "\n")
    texts = [line.strip() for line in typed.split("\n") if line.strip()]
    if not texts:
        raise HoldfastError(
            N_("There is nothing to answer"), next_step=N_("Write what a customer would write.")
        )
    found = await visit.client.ask("POST", "/v1/chauffeur/rehearsals", body={"texts": texts[:_MOST_TURNS]})
    turns = [{**it, "done": [lookup(_DONE.get(name, name)) for name in it["done"]]} for it in found["turns"]]
    return {"turns": turns, "typed": typed}


async def _one(visit: Visit) -> Values:
    name, asked = _name(visit), visit.request.query_params
    document = await visit.client.configuration.get(name)
    shape = shape_of(await visit.client.configuration.schema(name))
    form = form_of(shape, dict(document.body))
    return {
        "title": words_of(name),
        "document": document,
        "about": await _about(visit, name),
        "form": form,
        "as_text": "text" in asked or form.count > MOST,
        "too_long": form.count > MOST,
        "text": _pretty(document.body),
        "question": await _question(visit, name) if _may_try(visit, name) else None,
        "tried": (),
        "others": (),
        "versions": await visit.client.configuration.history(name, limit=_VERSIONS),
        "differences": await _differences(visit, name, asked.get("changes", "")),
        "authors": await _authors(visit),
    }


def _may_try(visit: Visit, name: str) -> bool:
    """What asks a model may cost money: whoever changes nothing does not try it either."""
    return name != _COSTS or visit.may("admin")


async def _about(visit: Visit, name: str) -> str:
    listed = await visit.client.configuration.list()
    return lookup(next((it.about for it in listed if it.name == name), ""))


async def _question(visit: Visit, name: str, given: Mapping[str, str] | None = None) -> Field | None:
    """The form of what can be tried, with what was asked; None where nothing can."""
    try:
        shape = shape_of(await visit.client.configuration.question(name))
    except RequestInvalid:
        return None
    asked = {key: part.default for key, part in shape.parts} if given is None else body_of(shape, given)
    return form_of(shape, asked)


async def _differences(visit: Visit, name: str, version: str) -> Values | None:
    if not version.isdecimal() or len(version) > 9:
        return None
    found = await visit.client.configuration.diff(name, after=int(version))
    rows = [(place_words(it.place), value_words(it.before), value_words(it.after)) for it in found]
    return {"version": int(version), "rows": rows}


async def _authors(visit: Visit) -> Mapping[str, str]:
    """Who wrote a version, by the id of the key, as far as this login may know."""
    names = {visit.me.key_id: _("you")}
    if visit.may("keys"):
        users = {it.user_id: it.name for it in await visit.client.access.users()}
        for key in await visit.client.access.keys():
            names.setdefault(key.key_id, users.get(key.user_id or "", key.name))
    return names


# ---- what the buttons ask ----------------------------------------------------------------------------------


async def _edit(visit: Visit, given: Form) -> Values:
    """One form with several buttons; `do` says which was pressed."""
    verb, _colon, at = given.get("do", "save").partition(":")
    shape = shape_of(await visit.client.configuration.schema(_name(visit)))
    body = await _draft(visit, shape, given)
    if body is None:
        return {
            "as_text": True,
            "text": given["text"],
            "fault": lookup(_NO_JSON),
        }
    if verb == "add":
        return _shown(shape, with_entry(shape, body, at), given)
    if verb == "remove":
        return _shown(shape, without_entry(shape, body, at), given)
    return await (_try if verb == "try" else _save)(visit, shape, body, given)


async def _draft(visit: Visit, shape: Shape, given: Form) -> dict[str, Any]:
    """The document in the form; the newest one where the form asks only."""
    if "text" in given:
        read = json_of(given["text"])
        if not isinstance(read, dict):
            raise HoldfastError(
                N_("This is no JSON object"), next_step=N_("Load the page again to see the last one.")
            )
        return read
    if not given.get("whole"):
        return dict((await visit.client.configuration.get(_name(visit))).body)
    return body_of(shape, given)


def _shown(shape: Shape, body: dict[str, Any], given: Form) -> dict[str, object]:
    """The form again with what was typed, kept nowhere yet."""
    shown: dict[str, object] = {"form": form_of(shape, body), "draft": True}
    return {**shown, "as_text": True, "text": given["text"]} if "text" in given else shown


async def _save(visit: Visit, shape: Shape, body: dict[str, Any], given: Form) -> Values:
    name = _name(visit)
    base = given.get("version", "")
    version = int(base) if base.isdecimal() and len(base) < 10 else None
    try:
        made = await visit.client.configuration.put(
            name, body, base_version=version, note=given.get("note", "")
        )
    except ConfigurationInvalid:
        return await _faulty(visit, shape, body, given)
    except HoldfastError as refused:
        return {**_shown(shape, body, given), "fault": refusal(refused)}
    if str(made.version) == base:
        return {"said": _("Nothing is different.")}
    return {"said": _("Version %(version)d holds from now on.", version=made.version)}


async def _try(visit: Visit, shape: Shape, body: dict[str, Any], given: Form) -> Values:
    name = _name(visit)
    asked = {key.removeprefix(f"{_QUESTION}."): it for key, it in given.items() if key.startswith(_QUESTION)}
    question = body_of(shape_of(await visit.client.configuration.question(name)), asked)
    shown = {**_shown(shape, body, given), "question": await _question(visit, name, asked)}
    try:
        lines = await visit.client.configuration.preview(name, question, body)
    except ConfigurationInvalid:
        return {**await _faulty(visit, shape, body, given), "question": shown["question"]}
    except HoldfastError as refused:
        return {**shown, "fault": refusal(refused)}
    return {**shown, "tried": lines}


async def _faulty(visit: Visit, shape: Shape, body: dict[str, Any], given: Form) -> dict[str, object]:
    faults: Sequence[Any] = await visit.client.configuration.validate(_name(visit), body)
    shown = _shown(shape, body, given)
    form, others = with_faults(form_of(shape, body), faults)
    if "text" in given:
        others = [f"{place_words(it.place)}: {it.message}" if it.place else it.message for it in faults]
    count = len(faults)
    fault = ngettext(
        "%(num)s thing cannot stay so. What holds is unchanged.",
        "%(num)s things cannot stay so. What holds is unchanged.",
        count,
    )
    return {**shown, "form": form, "others": others, "fault": fault}


async def _undo(visit: Visit, given: Form) -> Values:
    made = await visit.client.configuration.undo(_name(visit))
    return {
        "said": _(
            "Version %(version)d holds from now on: it is the one before the last change.",
            version=made.version,
        )
    }


async def _again(visit: Visit, given: Form) -> Values:
    name, wanted = _name(visit), given.get("wanted", "")
    version = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0
    old = await visit.client.configuration.get(name, version)
    note = _("version %(version)d again", version=old.version)
    made = await visit.client.configuration.put(name, old.body, note=note)
    return {
        "said": _(
            "Version %(version)d holds from now on: it is version %(old)d again.",
            version=made.version,
            old=old.version,
        )
    }


def _name(visit: Visit) -> str:
    return str(visit.request.path_params["name"])


def _pretty(body: Mapping[str, Any]) -> str:
    return json.dumps(dict(body), ensure_ascii=False, indent=2)


ROOMS: Final = (
    Room(
        "/bots",
        "bots",
        N_("Bots"),
        _list,
        acts={"rehearse": _rehearse},
        again=lambda form: {"typed": form.get("texts", "")},
    ),
    Room(
        "/bots/{name}",
        "document",
        N_("Document"),
        _one,
        acts={"edit": _edit, "undo": _undo, "again": _again},
        fields=5 * MOST,
    ),
)
