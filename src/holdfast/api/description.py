"""What OpenAPI says beside the endpoints' own words: examples, and what each endpoint may refuse and how."""

from typing import Any, Final

from fastapi import FastAPI

from holdfast.api.errors import Problem, refusal
from holdfast.api.routers import Routers

#: What every request with a body may be refused with: what is no JSON, and what is too large.
_WITH_BODY: Final = (400, 413)


class Described(FastAPI):
    """An application whose description is complete, also while most of its endpoints are not loaded."""

    def __init__(self, **said: Any) -> None:
        super().__init__(**said)
        self._later: Routers | None = None

    def reserve(self) -> Routers:
        """The endpoints that are loaded on demand; their place among the routes is here."""
        self._later = Routers(self)
        return self._later

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self._later is not None:
            self._later.load_all()
        if self.openapi_schema is None:
            complete(super().openapi())
        assert self.openapi_schema is not None
        return self.openapi_schema


def complete(description: dict[str, Any]) -> None:
    """Add what is the same for all operations."""
    from holdfast.api.examples import give  # only a description needs them

    shapes = description.setdefault("components", {}).setdefault("schemas", {})
    shapes[Problem.__name__] = Problem.model_json_schema()
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            give(path, method, operation)
            if "requestBody" in operation:
                for status in _WITH_BODY:
                    operation["responses"].setdefault(str(status), refusal(status))
