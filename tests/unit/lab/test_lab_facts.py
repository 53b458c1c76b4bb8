"""What the simulator tells, as values: stanzas, faults, matches."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from holdfast import lab
from holdfast.lab import Match, Received, SimulatorError, Stanza
from holdfast.lab.facts import read
from holdfast.lab.faults import FaultInForce
from holdfast.lab.transcript import query

STANZA = {
    "seq": 7,
    "t": "2026-11-25T01:02:03.123456789Z",
    "dir": "in",
    "conn": 3,
    "account": "4915100",
    "device": 1,
    "fault": "no-ack/2",
    "struck": "drop",
    "node": {
        "tag": "message",
        "attrs": {"id": "A1", "to": "49@s.whatsapp.net"},
        "children": [{"tag": "participants", "children": [{"tag": "enc", "base64": "c2VjcmV0"}]}],
    },
}


def test_stanza_is_a_tree_to_search() -> None:
    stanza = read(Stanza, STANZA)
    assert (stanza.tag, stanza.id, stanza.direction) == ("message", "A1", "in")
    assert stanza.at == datetime(2026, 11, 25, 1, 2, 3, 123456, tzinfo=UTC)
    envelope = stanza.node.find("enc")
    assert envelope is not None
    assert envelope.content == b"secret"
    assert stanza.node.find("skmsg") is None
    assert [node.tag for node in stanza.node.walk()] == ["message", "participants", "enc"]


def test_bodies_are_hidden_unless_asked_for() -> None:
    stanza = read(Stanza, STANZA)
    assert "secret" not in stanza.node.xml()
    assert "[6 bytes]" in stanza.node.xml()
    assert "secret" in stanza.node.xml(bodies=True)
    assert "secret" not in stanza.line()
    assert "no-ack/2 drop" in stanza.line()


def test_match_speaks_the_admin_apis_words() -> None:
    assert Match(account="+4915100", direction="out", class_="receipt", nth=2).body() == {
        "account": "4915100",
        "dir": "out",
        "class": "receipt",
        "nth": 2,
    }
    assert Match().body() == {}


def test_mistyped_filter_is_no_empty_result() -> None:
    with pytest.raises(TypeError, match="no filter 'acount'"):
        query({"acount": "1"})
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert query({"direction": "in", "since": since}) == {"dir": "in", "since": "2026-01-01T00:00:00+00:00"}


def test_fault_on_one_line() -> None:
    fault = read(
        FaultInForce,
        {"id": 4, "name": "slow", "count": -1, "strikes": 2, "match": {"account": "49"}, "args": {"ms": 200}},
    )
    assert fault.line() == "#4 slow account=49 ms=200 (until it is ended, struck 2)"


def test_newer_and_older_simulators() -> None:
    body = {"seq": 1, "id": "A", "from": "49", "nobody_knows": True}
    assert read(Received, body).sender == "49"
    with pytest.raises(SimulatorError, match="'id'"):
        read(Received, {"seq": 1})


def test_every_exported_name_is_there() -> None:
    for name in lab.__all__:
        assert getattr(lab, name).__module__.startswith("holdfast.lab."), name
    with pytest.raises(AttributeError, match="no attribute"):
        lab.nonsense  # noqa: B018


def test_plugin_costs_nothing_where_it_is_not_used() -> None:
    code = "import sys, holdfast.lab.pytest_plugin; print(heavy & {m.split('.')[0] for m in sys.modules})"
    heavy = "heavy = {'httpx', 'anyio', 'asyncio', 'rich', 'structlog', 'sqlalchemy', 'ssl'}"
    # Compared with pytest alone, which may bring some of them itself.
    shown = [
        subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
        for text in (f"{heavy}; {code}", f"{heavy}; {code}".replace("holdfast.lab.pytest_plugin", "pytest"))
    ]
    assert shown[0] == shown[1]
