"""Documents as forms: an untouched form is the document, and faults stand beside their fields."""

import json
from typing import Any

import pytest

from holdfast.chauffeur import documents
from holdfast.chauffeur.defaults import PLACES, PRICING
from holdfast.client import Fault
from holdfast.configuration import Kind as DocumentKind
from holdfast.configuration import Kinds
from holdfast.dashboard.fields import Field, form_of, with_faults
from holdfast.dashboard.shapes import Kind, Shape, place_words, shape_of, value_words, words_of
from holdfast.dashboard.typed import body_of, json_of, with_entry, without_entry

KINDS = Kinds()
documents.register(KINDS)
SHAPES = {
    name: shape_of(json.loads(json.dumps(KINDS.get(name).model.model_json_schema()))) for name in KINDS.names
}


def posted(field: Field) -> dict[str, str]:
    """What a browser sends of this form when nobody has touched it."""
    sent: dict[str, str] = {}
    kind = field.shape.kind
    if field.key is not None:
        sent[f"{field.name}.@"] = field.key
    if kind in {Kind.LIST, Kind.MAP}:
        sent[f"{field.name}.#"] = str(len(field.fields))
    elif kind is Kind.CHOICES:
        sent |= {f"{field.name}.{it}": "1" for it in field.chosen}
    elif kind is Kind.FLAG:
        sent |= {field.name: "1"} if field.text else {}
    elif kind is not Kind.GROUP:
        sent[field.name] = field.text.replace("\n", "\r\n")
    for part in field.fields:
        sent |= posted(part)
    return sent


def find(field: Field, name: str) -> Field:
    """The field of this name, wherever it is."""
    return next(it for it in every(field) if it.name == name)


def every(field: Field) -> list[Field]:
    return [field, *(inner for part in field.fields for inner in every(part))]


def kind(name: str) -> DocumentKind:
    return KINDS.get(name)


@pytest.mark.parametrize("name", KINDS.names)
def test_an_untouched_form_is_the_document(name: str) -> None:
    body = kind(name).whole({})
    again = body_of(SHAPES[name], posted(form_of(SHAPES[name], body)))
    assert kind(name).whole(again) == body


@pytest.mark.parametrize(("name", "body"), [("pricing", PRICING), ("places", PLACES)])
def test_a_form_loses_nothing_of_a_long_document(name: str, body: dict[str, Any]) -> None:
    whole = kind(name).whole(body)
    form = form_of(SHAPES[name], whole)
    assert kind(name).whole(body_of(SHAPES[name], posted(form))) == whole
    assert not [
        it.name
        for it in every(form)
        if it.shape.kind is Kind.JSON and "polygon" not in it.name and "center" not in it.name
    ]


@pytest.mark.parametrize("name", KINDS.names)
def test_every_field_has_a_label(name: str) -> None:
    form = form_of(SHAPES[name], kind(name).whole({}))
    shown = [it for it in every(form) if it.name and (it.key is None or it.key)]
    assert all(it.label for it in shown)


def test_what_was_typed_is_read_as_what_it_should_be() -> None:
    shape = SHAPES["pricing"]
    sent = posted(form_of(shape, kind("pricing").whole(PRICING)))
    sent |= {
        "classes.0.per_km": "2.10",
        "classes.0.seats": "4",
        "surcharges.0.from_time": "",
        "airports.0.@": "muc",
    }
    body = body_of(shape, sent)
    assert (body["classes"][0]["per_km"], body["classes"][0]["seats"]) == ("2.10", 4)
    assert body["surcharges"][0]["from_time"] is None
    assert list(body["airports"]) == ["muc"]


def test_an_empty_number_takes_its_default_and_a_word_stays_to_be_seen() -> None:
    shape = SHAPES["greeting"]
    sent = posted(form_of(shape, kind("greeting").whole({})))
    assert "again_after_hours" not in body_of(shape, sent | {"again_after_hours": ""})
    body = body_of(shape, sent | {"again_after_hours": "often"})
    assert body["again_after_hours"] == "often"
    form, others = with_faults(form_of(shape, body), faults("greeting", body))
    assert others == []
    wrong = find(form, "again_after_hours")
    assert "integer" in wrong.fault
    assert wrong.text == "often"
    assert form.wrong


def faults(name: str, body: dict[str, Any]) -> list[Fault]:
    return [Fault(it.place, it.message) for it in kind(name).faults(body)]


def test_a_fault_stands_at_its_field_however_deep_and_the_others_are_told_on_top() -> None:
    body = kind("pricing").whole(PRICING)
    body["classes"][1]["base"] = "much"
    body["airports"]["*"]["pickup"] = "-1"
    form, others = with_faults(form_of(SHAPES["pricing"], body), faults("pricing", body))
    assert find(form, "classes.1.base").fault
    assert find(form, "airports.0.pickup").fault
    assert not find(form, "classes.0.base").fault
    assert others == []
    _, others = with_faults(form, [Fault("", "no zone of this name")])
    assert others == ["no zone of this name"]


def test_the_name_of_a_map_entry_can_be_wrong_too() -> None:
    body = {"texts": {"": {"open": "Hello"}}}
    form, others = with_faults(form_of(SHAPES["greeting"], body), [Fault("texts..[key]", "no such language")])
    assert (find(form, "texts.0").fault, others) == ("no such language", [])


def test_entries_come_and_go_in_the_form_alone() -> None:
    shape = SHAPES["commands"]
    body = {"commands": [{"name": "open", "answer": "At nine."}]}
    more = with_entry(shape, body, "commands")
    assert [it.get("name") for it in more["commands"]] == ["open", None]
    assert without_entry(shape, more, "commands.0") == {"commands": [{}]}
    texts = with_entry(SHAPES["greeting"], {"texts": {"en": {"open": "Hi"}}}, "texts")
    assert list(texts["texts"]) == ["en", ""]
    assert list(without_entry(SHAPES["greeting"], texts, "texts.0")["texts"]) == [""]


@pytest.mark.parametrize(
    "place", ["", "nothing", "commands.7", "commands.x", "commands.0.nothing", "enabled.3"]
)
def test_a_button_that_names_no_place_changes_nothing(place: str) -> None:
    body = {"enabled": True, "commands": [{"name": "open", "answer": "At nine."}]}
    assert without_entry(SHAPES["commands"], body, place) == body
    assert with_entry(SHAPES["commands"], body, place) == body


def test_two_entries_of_one_name_are_both_kept() -> None:
    shape = SHAPES["prompts"]
    sent = {"prompts.#": "2", "prompts.0.@": "a", "prompts.0": "x", "prompts.1.@": "a", "prompts.1": "y"}
    assert body_of(shape, sent)["prompts"] == {"a": "x", "a again": "y"}


@pytest.mark.parametrize("text", ["{", "1e999", "NaN", '"\\ud800"', "[" * 100_000, "9" * 5000])
def test_a_text_that_cannot_be_sent_as_json_stays_a_text(text: str) -> None:
    assert json_of(text) == text


def test_a_number_of_entries_that_nobody_has_typed_is_not_believed() -> None:
    for count in ("-1", "x", "1" * 400, ""):
        assert len(body_of(SHAPES["commands"], {"commands.#": count}).get("commands", [])) <= 800


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lead_min", "Lead (minutes)"),
        ("per_min", "Per minute"),
        ("waiting_per_min", "Waiting per minute"),
        ("speed_kmh", "Speed (km/h)"),
        ("again_after_hours", "Again after hours"),
        ("reminders_h", "Reminders (hours)"),
    ],
)
def test_names_for_people(name: str, said: str) -> None:
    assert words_of(name) == said


def test_differences_for_people() -> None:
    assert place_words("classes.0.per_km") == "Classes, 1, Per km"
    assert [value_words(it) for it in (None, True, "1.85", {"a": 1})] == [
        "nothing",
        "yes",
        "1.85",
        '{"a": 1}',
    ]
    assert len(value_words("x" * 999)) == 200


def test_a_schema_of_a_newer_gateway_is_asked_for_as_json() -> None:
    schema = {"properties": {"odd": {"oneOf": []}, "pair": {"type": "array", "prefixItems": []}}}
    shape = shape_of(schema)
    assert shape.kind is Kind.JSON
    inner = shape_of({"type": "object", **schema})
    assert [part.kind for _, part in inner.parts] == [Kind.JSON, Kind.JSON]
    assert body_of(inner, {"odd": '{"a": [1]}', "pair": "[1, 2]"}) == {"odd": {"a": [1]}, "pair": [1, 2]}


def test_a_shape_without_parts_makes_no_document() -> None:
    assert body_of(Shape(Kind.TEXT), {"": "x"}) == {}
