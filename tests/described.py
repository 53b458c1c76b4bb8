"""Requests that the API's own description allows, and some that it does not, made up by schemathesis.

What is looked at: every status is described (500, the gateway's own fault, never is), and every answer has
the type, the headers and the shape that the description gives it.
"""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis.strategies import SearchStrategy
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

#: What is left out, and why.
LEFT_OUT: Final[Mapping[str, str]] = {
    "DELETE /v1/keys/self": "the key of this test would be gone",
    "DELETE /v1/sessions/{ref}": "so would the session",
    "POST /v1/lab/kill": "and the gateway",
    "POST /v1/lab/clock": "the keys would be over",
    "POST /v1/sessions/{ref}/logout": "the session would be offline from then on",
    "POST /v1/sessions/{ref}/disconnect": "here too",
    "PUT /v1/sessions/{ref}/blocked/{person}": "nothing could be sent to that person any more",
    "DELETE /v1/sessions/{ref}/groups/{group}": "nor to that group",
}
#: What is asked for in any case: a stream has no end.
FIXED: Final[Mapping[str, Mapping[str, Any]]] = {"GET /v1/events": {"format": "json", "wait_s": 0}}
#: A document that every gateway has. Other things with a `name` are made by it, or are not there.
DOCUMENT: Final = "hours"
CHECKS: Final = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@cache
def operations(description: str) -> Mapping[str, APIOperation]:
    """Every operation that is tried, by its label.

    Without the examples, which would be mixed in: they name hosts and files that a test must leave alone.
    """
    bare = json.loads(description)
    for methods in bare["paths"].values():
        for operation in methods.values():
            body = operation.get("requestBody", {}).get("content", {})
            for described in (*operation.get("parameters", ()), *body.values()):
                described.pop("example", None)
    every = (found.ok() for found in schemathesis.openapi.from_dict(bare).get_all_operations())
    return {operation.label: operation for operation in every if operation.label not in LEFT_OUT}


@dataclass(frozen=True)
class Asked:
    """A gateway that is asked."""

    url: str
    key: str
    #: What is there of each thing that a path names.
    there: Mapping[str, str]

    def answer(self, case: schemathesis.Case, http: requests.Session) -> requests.Response:
        """Make the case's request, about what is there in this house."""
        request = case.as_transport_kwargs(self.url, {"Authorization": f"Bearer {self.key}"})
        for name, value in self.there.items():
            request["url"] = request["url"].replace(_stands_for(name), quote(value, safe=""))
        return http.request(**request, timeout=60)


def _stands_for(name: str) -> str:
    """What stands in a case's path for a thing that has another name in each house."""
    return f"the-{name}-that-is-there"


@dataclass(frozen=True)
class Outcome:
    """What came of one operation."""

    label: str
    #: How often each status came.
    seen: Counter[int]
    took_s: float
    #: What was wrong, with what repeats it.
    wrong: str | None

    def __str__(self) -> str:
        often = ", ".join(f"{status}: {self.seen[status]}" for status in sorted(self.seen))
        told = f"{self.took_s:6.1f} s {self.seen.total():5} requests  {self.label}  {often}"
        return told if self.wrong is None else f"{told}\nWRONG {self.wrong}"


def try_out(description: str, label: str, houses: Sequence[Asked], examples: int, *, again: bool) -> Outcome:
    """Make requests about what is there and what is not, whole ones and broken ones, the same in each house.

    `description`: the API's, as JSON. `again`: the same requests as in every run.
    """
    began = time.monotonic()
    seen: Counter[int] = Counter()
    wrong = None
    try:
        _try_ways(operations(description)[label], houses, seen, examples, again=again)
    except (Exception, BaseExceptionGroup) as found:  # failures of several checks come as a group
        wrong = _told(found)
    return Outcome(label, seen, time.monotonic() - began, wrong)


def _try_ways(
    operation: APIOperation, houses: Sequence[Asked], seen: Counter[int], examples: int, *, again: bool
) -> None:
    """Raises for a wrong answer."""
    named = {it: _stands_for(it) for it in houses[0].there if f"{{{it}}}" in operation.path}
    if operation.path.startswith("/v1/configuration/{name}"):
        named = {"name": DOCUMENT}
    ways: list[tuple[GenerationMode, dict[str, str]]] = [(GenerationMode.POSITIVE, named)]
    if named:
        ways.append((GenerationMode.POSITIVE, {}))
    if operation.body or operation.query:
        ways.append((GenerationMode.NEGATIVE, named))
    with ExitStack() as connections:
        reached = [(house, connections.enter_context(_connections())) for house in houses]
        for mode, names in ways:
            fixed: dict[str, Any] = {"path_parameters": dict(names)} if names else {}
            if operation.label in FIXED:
                fixed["query"] = dict(FIXED[operation.label])
            _ask(operation.as_strategy(mode, **fixed), reached, seen, examples, again=again)


def _ask(
    cases: SearchStrategy[schemathesis.Case],
    houses: Sequence[tuple[Asked, requests.Session]],
    seen: Counter[int],
    examples: int,
    *,
    again: bool,
) -> None:
    @hypothesis.given(case=cases)
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        derandomize=again,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case) -> None:
        for house, http in houses:
            answer = house.answer(case, http)
            seen[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

    ask()


def _connections() -> requests.Session:
    """A connection for each request, and nothing of the environment is asked for it.

    One that is kept may be closed by the gateway, as servers do with idle ones, while a request is sent.
    """
    made = requests.Session()
    made.trust_env = False
    made.headers["Connection"] = "close"
    return made


def _told(found: BaseException) -> str:
    """What was wrong, with what repeats it."""
    inner = found.exceptions if isinstance(found, BaseExceptionGroup) else ()
    return "\n".join([str(found), *getattr(found, "__notes__", []), *map(_told, inner)])
