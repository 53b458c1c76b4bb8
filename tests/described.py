"""Requests that the API's own description allows, and some that it does not, made up by schemathesis.

What is looked at: every status is described (500, the gateway's own fault, never is), and every answer has
the type, the headers and the shape that the description gives it.
"""

import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
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
CHECKS: Final = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def operations(description: dict[str, Any]) -> Iterator[APIOperation]:
    """Every operation that is tried.

    Without the examples, which would be mixed in: they name hosts and files that a test must leave alone.
    """
    bare = copy.deepcopy(description)
    for methods in bare["paths"].values():
        for operation in methods.values():
            body = operation.get("requestBody", {}).get("content", {})
            for described in (*operation.get("parameters", ()), *body.values()):
                described.pop("example", None)
    for found in schemathesis.openapi.from_dict(bare).get_all_operations():
        operation = found.ok()
        if operation.label not in LEFT_OUT:
            yield operation


def try_out(
    operation: APIOperation, url: str, key: str, there: Mapping[str, str], examples: int, *, again: bool
) -> Counter[int]:
    """Make requests about what is there and what is not, whole ones and broken ones.

    `there`: what the path's names are to be. `again`: the same requests as in every run. Returns how often
    each status came; raises for a wrong answer.
    """
    seen: Counter[int] = Counter()
    named = {name: there[name] for name in there if f"{{{name}}}" in operation.path}
    ways: list[tuple[GenerationMode, dict[str, str]]] = [(GenerationMode.POSITIVE, named)]
    if named:
        ways.append((GenerationMode.POSITIVE, {}))
    if operation.body or operation.query:
        ways.append((GenerationMode.NEGATIVE, named))
    for mode, names in ways:
        fixed: dict[str, Any] = {"path_parameters": dict(names)} if names else {}
        if operation.label in FIXED:
            fixed["query"] = dict(FIXED[operation.label])

        @hypothesis.given(case=operation.as_strategy(mode, **fixed))
        @hypothesis.settings(
            max_examples=examples,
            database=None,
            derandomize=again,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: schemathesis.Case) -> None:
            answer = case.call(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60)
            seen[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

        ask()
    return seen
