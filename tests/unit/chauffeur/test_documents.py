"""The documents of an owner: examples until they are written, tried before they count."""

import pytest
from priced import TARIFFS

from holdfast.chauffeur.documents import PLACES, PRICING, SERVICE, register
from holdfast.chauffeur.previews import preview_price
from holdfast.configuration import Kinds
from holdfast.model.errors import RequestInvalid


def test_each_document_has_defaults_that_are_valid() -> None:
    kinds = Kinds()
    register(kinds)
    for name in (PRICING, PLACES, SERVICE):
        defaults = kinds.get(name).defaults()
        assert defaults is not None
        assert kinds.get(name).whole(defaults) == defaults


def test_a_price_is_tried() -> None:
    said = preview_price(TARIFFS["city"], {"km": 12, "minutes": 20, "at": "2026-12-02T23:00:00"})
    assert said[0] == "Sedan: 44.00 EUR (Sedan 5.00, distance 22.20, duration 8.00, Night 8.80)"
    assert len(said) == 3
    assert len(preview_price(TARIFFS["city"], {"vehicle_class": "van"})) == 1


@pytest.mark.parametrize("question", [{"km": -1}, {"km": "far"}, {"miles": 3}])
def test_a_question_that_is_none(question: dict[str, object]) -> None:
    with pytest.raises(RequestInvalid):
        preview_price(TARIFFS["city"], question)
