"""What customers, owners and older versions have written is shown as words on every page of work."""

from types import SimpleNamespace
from typing import Any

import pytest
from test_dashboard_documents import kind
from test_dashboard_rides import BERLIN, booking

from holdfast.client import Document
from holdfast.dashboard.fields import form_of
from holdfast.dashboard.render import page
from holdfast.dashboard.rides import ride_of
from holdfast.dashboard.shapes import shape_of

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
ALL = {"title": ATTACK, "fault": ATTACK, "said": ATTACK, "top": "", "visit": SimpleNamespace(may=bool)}


def document(as_text: bool) -> dict[str, Any]:
    body = {"commands": [{"name": ATTACK, "about": ATTACK, "answer": ATTACK, "only_for": [ATTACK]}]}
    held = Document("commands", 3, "key_1", ATTACK, None, body)
    return {
        **{"document": held, "about": ATTACK, "as_text": as_text, "too_long": False, "text": ATTACK},
        "form": form_of(shape_of(kind("commands").model.model_json_schema()), body),
        **{"question": None, "tried": [ATTACK], "others": [ATTACK], "versions": [held]},
        "differences": {"version": 3, "rows": [(ATTACK, ATTACK, ATTACK)]},
        "authors": {"key_1": ATTACK},
    }


@pytest.mark.parametrize("as_text", [True, False])
def test_a_document_shows_words(as_text: bool) -> None:
    shown = bytes(page("document", {**ALL, **document(as_text)}).body).decode()
    assert "<img src=x" not in shown
    assert "<script>alert" not in shown
    assert shown.count("&lt;script&gt;") >= 8


def test_a_booking_shows_words() -> None:
    body = booking(note=ATTACK, reference=ATTACK, vehicle=ATTACK)
    form = {**body["form"], "name": ATTACK, "remarks": ATTACK, "flight": ATTACK, "contact": ATTACK}
    form |= {"pickup": {**form["pickup"], "name": ATTACK}, "return_date": None, "return_time": None}
    ride = ride_of({**body, "form": form}, BERLIN)
    values = {
        **{"ride": ride, "when": "Today", "assigned": {"vehicle": "", "driver": ""}, "zone": "Europe/Berlin"},
        "fleet": {"vehicle": [{"id": ATTACK, "name": ATTACK, "active": True}], "driver": []},
        "places": [{"id": ATTACK, "names": [ATTACK]}],
        "classes": [{"code": ATTACK, "name": ATTACK}],
        "currency": "EUR",
        "version": 3,
        "quote_id": ATTACK,
    }
    shown = bytes(page("booking", {**ALL, **values}).body).decode()
    assert "<img src=x" not in shown
    assert "<script>alert" not in shown
    assert shown.count("&lt;script&gt;") >= 8
