"""The description of the API: complete, so that a client can be made from it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

from openapi_spec_validator import validate

from holdfast.api.app import create_app
from holdfast.api.rooms import Rooms
from holdfast.api.stepping import StateIn
from holdfast.sessions import Progress


class Facts:
    """A process, as the API asks for it."""

    version = "1.2.3"
    lab = True
    applications = ()
    started_at = datetime(2026, 1, 1, tzinfo=UTC)
    ready = True
    engine = None
    progress = Progress(0, 0, True, None)


def described(lab: bool) -> dict[str, Any]:
    """The description that a gateway of this kind gives."""
    facts = Facts()
    facts.lab = lab
    # No request is made, so nothing else is asked of the rooms.
    return create_app(create_autospec(Rooms, instance=True, facts=facts)).openapi()


@cache
def description() -> dict[str, Any]:
    """Made by the first test, not by whoever collects them: it takes a second of a core."""
    return described(lab=True)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and what is said of it."""
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


OPEN = {"/livez", "/readyz", "/v1/dashboard/exchange", "/v1/dashboard/state", "/v1/users/first", "/v1/login"}


def test_it_is_a_valid_description() -> None:
    validate(description())


def test_what_was_promised_is_there() -> None:
    ref = "/v1/sessions/{ref}"
    assert {f"{method} {path}" for path, method, _ in operations()} >= {
        "get /livez", "get /readyz", "get /v1/system", "get /v1/sessions", "put /v1/sessions/{name}",
        f"get {ref}", f"patch {ref}",
        f"delete {ref}", f"post {ref}/pair", f"delete {ref}/pair", f"get {ref}/qr", f"get {ref}/qr.svg",
        f"get {ref}/qr.txt", f"post {ref}/connect", f"post {ref}/disconnect", f"post {ref}/logout",
        f"get {ref}/timeline", f"post {ref}/messages", f"get {ref}/messages", "get /v1/events",
        f"get {ref}/messages/{{message_id}}", "get /v1/subscriptions", "post /v1/subscriptions/{name}/ack",
        "get /v1/quarantine",
        "get /v1/sessions/{ref}/snapshots", "post /v1/sessions/{ref}/snapshots",
        "post /v1/sessions/{ref}/snapshots/verify", "get /v1/configuration/{name}/question",
        "post /v1/quarantine/{name}/restore", "post /v1/dashboard/links",
        "post /v1/dashboard/exchange", "post /v1/lab/kill",
    }  # fmt: skip


def test_a_gateway_says_the_same_whose_framework_builds_its_models_later() -> None:
    script = (
        "import json, sys; from holdfast.app.gateway import _web; _web()\n"
        "from pydantic import BaseModel; assert not BaseModel.model_config\n"
        "sys.path.insert(0, sys.argv[1]); import test_openapi; print(json.dumps(test_openapi.description()))"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == json.loads(json.dumps(description()))


def test_nothing_kills_outside_the_lab() -> None:
    assert "/v1/lab/kill" not in described(lab=False)["paths"]


def missing(path: str, operation: dict[str, Any]) -> Iterator[str]:
    """What an operation does not say and has to."""
    answers = operation["responses"]
    yield from (it for it in ("summary", "description", "tags") if not operation.get(it))
    if path not in OPEN:
        yield from (it for it in ("401", "403") if it not in answers)
        if not operation.get("security"):
            yield "security"
    if "{ref}" in path and "404" not in answers:
        yield "404"
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, answer in answers.items():
        if status >= "400" and (path, status) != ("/readyz", "503") and answer["content"] != problem:
            yield f"the shape of {status}"


def test_every_operation_is_described() -> None:
    said = {f"{method} {path}": list(missing(path, operation)) for path, method, operation in operations()}
    assert len(said) > 100
    assert {name: faults for name, faults in said.items() if faults} == {}


def test_every_shape_says_what_it_is() -> None:
    shapes = description()["components"]["schemas"]
    assert len(shapes) > 100
    assert [name for name, shape in shapes.items() if not shape.get("description")] == []
    assert [name for name in shapes if "Validation" in name] == []  # refusals have one shape


def _answer(operation: dict[str, Any]) -> dict[str, Any]:
    """The fields of an operation's answer; none where it is no object."""
    content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    fields: dict[str, Any] = description()["components"]["schemas"].get(name, {}).get("properties", {})
    return fields


def test_pages_go_on_in_one_manner() -> None:
    paged = 0
    for path, method, operation in operations():
        what = f"{method} {path}"
        asked = {it["name"] for it in operation.get("parameters", ()) if it["in"] == "query"}
        answered = _answer(operation)
        for name in {"next", "previous"} & set(answered):
            paged += 1
            shapes = answered[name].get("anyOf", [answered[name]])  # events always have a next page
            assert {it["type"] for it in shapes} <= {"string", "null"}, what
        if path == "/v1/configuration/{name}/diff":
            continue  # these two are versions that are compared
        assert ("next" in answered) == ("after" in asked), what
        assert ("previous" in answered) == ("before" in asked), what
    assert paged > 5


def _schemas(node: Any) -> Iterator[tuple[str, Any]]:
    """Every property of every schema, with its name."""
    if isinstance(node, dict):
        yield from (node.get("properties") or {}).items()
        for below in node.values():
            yield from _schemas(below)
    elif isinstance(node, list):
        for below in node:
            yield from _schemas(below)


def test_every_time_says_that_it_is_one() -> None:
    def formats(schema: Any) -> set[str]:
        each = schema.get("anyOf") or schema.get("allOf") or [schema]
        return {it.get("format", "none") for it in each if it.get("type") == "string"}

    times = [(name, it) for name, it in _schemas(description()["components"]) if name.endswith("_at")]
    assert len(times) > 40
    assert not [name for name, it in times if formats(it) - {"date-time"}]


def test_every_body_refuses_fields_that_nobody_knows() -> None:
    schemas, opened = description()["components"]["schemas"], []
    for path, method, operation in operations():
        given = (
            operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        )
        body = schemas.get(given.get("$ref", "").rpartition("/")[2])
        if body is not None and body.get("additionalProperties") is not False:
            opened.append(f"{method} {path}")
    assert opened == []


#: Held to something else than a largest number: `outbox/rules` and `people/groups`.
HELD_ELSEWHERE = {
    *("accuracy_m", "heading_deg", "sequence", "selectable", "expires_ms", "start_ms", "end_ms"),
    "disappearing_s",
}


def endless(shape: Any, name: str) -> Iterator[str]:
    """The names of integers that may be as large as anybody likes."""
    if isinstance(shape, list):
        for each in shape:
            yield from endless(each, name)
    if not isinstance(shape, dict):
        return
    if "$ref" in shape:
        yield from endless(description()["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]], name)
    if shape.get("type") == "integer" and "maximum" not in shape:
        yield name
    for key in ("schema", "anyOf", "oneOf", "allOf", "items", "additionalProperties"):
        yield from endless(shape.get(key), name)
    for key, each in shape.get("properties", {}).items():
        yield from endless(each, key)


def test_every_integer_that_a_client_gives_has_a_largest_one() -> None:
    """A version of a document that no database can hold was answered with 500."""
    given = [it for _, _, each in operations() for it in each.get("parameters", ())]
    given += [
        it for _, _, each in operations() for it in each.get("requestBody", {}).get("content", {}).values()
    ]
    assert len(given) > 100
    assert {name for it in given for name in endless(it, it.get("name", ""))} == HELD_ELSEWHERE


def test_nor_is_there_one_in_what_a_bot_remembers() -> None:
    assert not list(endless(StateIn.model_json_schema(), ""))
