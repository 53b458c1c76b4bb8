"""The documents that an owner edits: their kinds, and the room's view of the newest ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError, model_validator

from holdfast.chauffeur.conversation import Setting
from holdfast.chauffeur.defaults import PLACES as EXAMPLE_PLACES
from holdfast.chauffeur.defaults import PRICING as EXAMPLE_PRICING
from holdfast.chauffeur.legacy import pricing_from_old, pricing_to_old
from holdfast.chauffeur.places import Atlas
from holdfast.chauffeur.previews import (
    NoticeQuestion,
    PlaceQuestion,
    Question,
    preview_places,
    preview_price,
    preview_service,
)
from holdfast.chauffeur.service import Places, Service
from holdfast.chauffeur.tariff import Tariff
from holdfast.configuration import Kind, Kinds, read
from holdfast.model.errors import RequestInvalid
from holdfast.model.ids import TenantId
from holdfast.store import ReadUnit

PRICING: Final = "pricing"
PLACES: Final = "places"
SERVICE: Final = "chauffeur"


class PricingDocument(Tariff):
    """What rides cost. Until it is written, an example holds."""

    @model_validator(mode="before")
    @classmethod
    def _example(cls, body: Any) -> Any:
        return body or EXAMPLE_PRICING


class PlacesDocument(Places):
    """Places that customers may name. Until it is written, an example holds."""

    @model_validator(mode="before")
    @classmethod
    def _example(cls, body: Any) -> Any:
        return body or EXAMPLE_PLACES


def register(kinds: Kinds) -> None:
    """Let owners edit the room's documents."""
    pricing = Kind(
        PRICING,
        "What rides cost.",
        PricingDocument,
        preview_price,
        question=Question,
        from_old=pricing_from_old,
        to_old=pricing_to_old,
    )
    places = Kind(
        PLACES, "Places that customers may name.", PlacesDocument, preview_places, question=PlaceQuestion
    )
    service = Kind(
        SERVICE, "How the chauffeur's service behaves.", Service, preview_service, question=NoticeQuestion
    )
    kinds.register(PRICING, lambda: pricing)
    kinds.register(PLACES, lambda: places)
    kinds.register(SERVICE, lambda: service)


@dataclass(frozen=True, slots=True)
class Papers:
    """All documents at one moment."""

    setting: Setting
    #: The version of the pricing document.
    pricing: int


class Shelf:
    """The newest documents of each tenant, read again when one has a new version."""

    def __init__(self) -> None:
        self._known: dict[TenantId, tuple[tuple[int, ...], Papers]] = {}

    def papers(self, unit: ReadUnit, tenant_id: TenantId) -> Papers:
        """The documents as they are now. Raises RequestInvalid for one that another version has written."""
        found = {name: read(unit, tenant_id=tenant_id, name=name) for name in (PRICING, PLACES, SERVICE)}
        versions = tuple(0 if it is None else it.version for it in found.values())
        known = self._known.get(tenant_id)
        if known is not None and known[0] == versions:
            return known[1]
        bodies = {name: {} if it is None else it.body for name, it in found.items()}
        setting = Setting(
            _valid(Service, SERVICE, bodies[SERVICE]),
            _valid(PricingDocument, PRICING, bodies[PRICING]),
            Atlas(_valid(PlacesDocument, PLACES, bodies[PLACES])),
        )
        made = Papers(setting, versions[0])
        self._known[tenant_id] = (versions, made)
        return made


_Shape = TypeVar("_Shape", bound=BaseModel)


def _valid(shape: type[_Shape], name: str, body: Mapping[str, Any]) -> _Shape:
    try:
        return shape.model_validate(body)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join([name, *(str(it) for it in first["loc"])])
        raise RequestInvalid(f"{place}: {first['msg'].removeprefix('Value error, ')}") from None
