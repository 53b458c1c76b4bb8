"""The kinds of documents: what each may hold, and what it would do.

A kind is loaded when it is asked for: its model needs pydantic, which a gateway that starts does not.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

from holdfast.model.content import Json
from holdfast.model.errors import ConfigurationInvalid, UnknownConfiguration

if TYPE_CHECKING:
    from pydantic import BaseModel

#: What a document would do with a question, as sentences for its owner. May raise a HoldfastError. One that
#: has to ask somebody is awaited.
Preview = Callable[["BaseModel", Mapping[str, Json]], Sequence[str] | Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a document, and where."""

    place: str  #: `vehicles.0.base`; empty: the document as a whole
    message: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What documents of one name hold."""

    name: str
    about: str
    model: "type[BaseModel]"
    preview: Preview | None = None
    #: A preview may cost money, so that only who may change the document may ask for one.
    preview_costs: bool = False
    #: What a preview may be asked.
    question: "type[BaseModel] | None" = None
    #: What such a document holds in older systems, as it is here. Raises ConfigurationInvalid.
    from_old: Callable[[Mapping[str, Json]], dict[str, Json]] | None = None
    #: The way back.
    to_old: "Callable[[BaseModel], dict[str, Json]] | None" = None

    def read(self, body: Mapping[str, Json]) -> "BaseModel":
        """The document as its type. Raises ConfigurationInvalid."""
        found = self.faults(body)
        if found:
            told = "; ".join(f"{it.place}: {it.message}" if it.place else it.message for it in found[:5])
            more = len(found) - 5
            raise ConfigurationInvalid(f"{self.name}: {told}{f'; and {more} more' if more > 0 else ''}")
        return self.model.model_validate(body)

    def faults(self, body: Mapping[str, Json]) -> list[Fault]:
        """Everything that is wrong with a document; empty for a good one."""
        from pydantic import ValidationError

        try:
            self.model.model_validate(body)
        except ValidationError as error:
            return [
                Fault(".".join(map(str, it["loc"])), it["msg"].removeprefix("Value error, "))
                for it in error.errors(include_url=False, include_context=False, include_input=False)
            ]
        return []

    def whole(self, body: Mapping[str, Json]) -> dict[str, Json]:
        """The document with everything that it leaves out. Raises ConfigurationInvalid."""
        whole: dict[str, Json] = self.read(body).model_dump(mode="json")
        return whole

    def defaults(self) -> dict[str, Json] | None:
        """What holds before anybody has written the document; None where it must be written first."""
        return None if self.faults({}) else self.whole({})


Loader = Callable[[], Kind]


def _shipped(name: str) -> Loader:
    def load() -> Kind:
        kinds: Mapping[str, Kind] = import_module("holdfast.configuration.documents").KINDS
        return kinds[name]

    return load


SHIPPED: Final[Mapping[str, Loader]] = {
    name: _shipped(name) for name in ("greeting", "commands", "hours", "prompts", "bots")
}


class Kinds:
    """Every kind of document that this gateway knows, by its name."""

    def __init__(self, loaders: Mapping[str, Loader] = SHIPPED) -> None:
        self._loaders = dict(loaders)
        self._loaded: dict[str, Kind] = {}

    def register(self, name: str, load: Loader) -> None:
        """Add the documents of a room, where it is mounted."""
        self._loaders[name] = load

    @property
    def names(self) -> list[str]:
        """The names, sorted."""
        return sorted(self._loaders)

    def get(self, name: str) -> Kind:
        """The kind of this name. Raises UnknownConfiguration."""
        if name not in self._loaded:
            load = self._loaders.get(name)
            if load is None:
                raise UnknownConfiguration(
                    f"There is no document {name!r}; there are {', '.join(self.names)}"
                )
            self._loaded[name] = load()
        return self._loaded[name]
