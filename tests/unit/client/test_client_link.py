"""The SDK against a gateway by script: real sockets, connections that break."""

import asyncio
from pathlib import Path

import pytest
from fastapi import Response
from scripted_gateway import KEY, ScriptedGateway, refusal, session_body, system_body

from announced import announced
from holdfast.client import (
    AccessError,
    Client,
    GatewayUnreachable,
    HoldfastError,
    NoQr,
    RecipientInvalid,
    Session,
    UnknownSession,
)
from holdfast.model.states import State


async def test_many_sends_at_once_become_few_frames(gateway: ScriptedGateway, client: Client) -> None:
    sent = await asyncio.gather(*(client.send("main", "+491", f"t{i}") for i in range(200)))
    assert len({each.message_id for each in sent}) == 200
    assert len([frame for frame in gateway.frames if frame["op"] == "send"]) < 20
    assert gateway.connections == 1


async def test_a_lost_answer_is_asked_again_with_the_same_key(
    gateway: ScriptedGateway, client: Client
) -> None:
    gateway.drop_before_answer = 2
    sent = await client.send("main", "+491", "once")
    keys = [frame["messages"][0]["idempotency_key"] for frame in gateway.frames]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert len(gateway.accepted) == 1
    assert sent.message_id == "MSG1"


async def test_one_refused_message_fails_alone(gateway: ScriptedGateway, client: Client) -> None:
    good, bad = await asyncio.gather(
        client.send("main", "+491", "a"), client.send("main", "nobody", "b"), return_exceptions=True
    )
    assert not isinstance(good, BaseException)
    assert isinstance(bad, RecipientInvalid)


async def test_events_arrive_in_order_once_across_reconnects(
    gateway: ScriptedGateway, client: Client
) -> None:
    seen = []
    async with client.events("reader") as stream:
        for number in range(30):
            await gateway.happen(f"m{number}")
            if number % 10 == 5:
                await gateway.hang_up()
        async for event in stream:
            seen.append(event.text)
            if len(seen) % 3 == 0:
                stream.ack(event)  # the others stay open: the gateway sends them again
            if len(seen) == 30:
                break
    assert seen == [f"m{number}" for number in range(30)]
    assert gateway.connections > 1


async def test_the_next_process_continues_where_acknowledged(gateway: ScriptedGateway) -> None:
    async with Client(gateway.url, KEY) as first, first.events("reader") as stream:
        for number in range(4):
            await gateway.happen(f"m{number}")
        events = [await anext(stream) for _ in range(4)]
        for event in (events[3], events[0], events[1]):
            stream.ack(event)
    assert gateway.acked["stream"] == 2  # m2 is open: m3 does not count yet
    async with Client(gateway.url, KEY) as second, second.events("reader") as stream:
        assert [(await anext(stream)).text for _ in range(2)] == ["m2", "m3"]


async def test_replies_share_the_streams_socket_and_carry_the_events_key(
    gateway: ScriptedGateway, client: Client
) -> None:
    async with client.events("reader") as stream:
        await gateway.happen("hello", chat="4917@lid")
        event = await anext(stream)
        await client.reply(event, "hi")
        await client.reply(event, "hi")
        await client.reply(event, "and more", part="2")
    assert set(gateway.accepted) == {"reply:evt_0001", "reply:evt_0001:2"}
    assert gateway.accepted["reply:evt_0001"]["to"] == "4917@lid"
    assert gateway.connections == 1


async def test_a_consumer_that_sends_is_not_blocked_by_its_own_backlog(
    gateway: ScriptedGateway, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.client.link._BACKLOG", 10)
    async with client.events("reader") as stream:
        for number in range(100):
            await gateway.happen(f"m{number}")
        for _ in range(100):
            event = await anext(stream)
            await client.reply(event, "answer")
            stream.ack(event)
    assert len(gateway.accepted) == 100


async def test_a_wrong_key_ends_every_wait_at_once(gateway: ScriptedGateway) -> None:
    async with Client(gateway.url, "hf_wrong") as client:
        with pytest.raises(AccessError):
            await client.send("main", "+491", "x")
        with pytest.raises(AccessError):
            await client.sessions.list()
        with pytest.raises(AccessError):
            async with client.events("reader"):
                pass


async def test_a_refused_subscription_raises_in_the_reader(gateway: ScriptedGateway, client: Client) -> None:
    gateway.refuse_subscription = {"code": "cursor_invalid", "message": "Not a cursor"}
    with pytest.raises(HoldfastError) as refused:
        async with client.events("reader", after="nonsense"):
            pass
    assert refused.value.code == "cursor_invalid"


async def test_no_gateway_is_one_line_with_the_next_step(tmp_path: Path) -> None:
    async with Client(data=tmp_path) as client:
        with pytest.raises(GatewayUnreachable, match="holdfast up"):
            await client.sessions.list()
        with pytest.raises(GatewayUnreachable, match="holdfast up"):
            await client.send("main", "+491", "x", timeout_s=0.2)
    async with Client("http://127.0.0.1:9", KEY) as client:
        with pytest.raises(GatewayUnreachable, match=r"127\.0\.0\.1:9"):
            await client.system()


async def test_the_data_folder_names_url_and_key(gateway: ScriptedGateway, tmp_path: Path) -> None:
    (tmp_path / "local.key").write_text(f'{{"key": "{KEY}", "key_id": "k"}}')
    gateway.answers["GET", "/v1/system"] = system_body(lab=True)
    with announced(tmp_path, gateway.url):
        async with Client(data=tmp_path) as client:
            system = await client.system()
    assert system.lab
    assert system.engine_pid == 10
    assert system.started_at is not None


async def test_a_data_folder_without_key_says_so(tmp_path: Path) -> None:
    with announced(tmp_path, "http://127.0.0.1:9"):
        async with Client(data=tmp_path) as client:
            with pytest.raises(AccessError, match=r"local\.key"):
                await client.system()


async def test_session_calls_are_typed(gateway: ScriptedGateway, client: Client) -> None:
    gateway.answers["PUT", "/v1/sessions/main"] = session_body(state="new", phone=None)
    gateway.answers["GET", "/v1/sessions"] = {"sessions": [session_body()]}
    created = await client.sessions.create("main")
    assert created.phone is None
    assert not created.connected
    (listed,) = await client.sessions.list()
    assert listed.connected
    assert listed.since is not None
    assert listed.since.tzinfo is not None
    with pytest.raises(UnknownSession) as unknown:
        await client.sessions.get("nobody")
    assert unknown.value.next_step


async def test_first_qr_waits_until_there_is_one(gateway: ScriptedGateway, client: Client) -> None:
    codes = iter([refusal("no_qr", "Not yet", status=404), refusal("no_qr", "Not yet", status=404)])
    qr = {"code": "2@abc", "index": 1, "of": 6, "valid_until": None, "expires_in_s": 59.0}
    gateway.answers["POST", "/v1/sessions/main/pair"] = session_body(state="pairing")
    gateway.answers["GET", "/v1/sessions/main/qr"] = lambda: next(codes, qr)
    gateway.answers["GET", "/v1/sessions/main"] = session_body(state="pairing")
    found = await client.sessions.first_qr("main")
    assert found.code == "2@abc"
    assert "2@abc" not in repr(found)
    gateway.answers["GET", "/v1/sessions/main/qr"] = lambda: refusal("no_qr", "None", status=404)
    with pytest.raises(NoQr):
        await client.sessions.first_qr("main", timeout_s=0.1)
    gateway.answers["GET", "/v1/sessions/main"] = session_body(
        state="new", sentence="WhatsApp could not be reached.", next_step="Check the network."
    )
    with pytest.raises(NoQr, match=r"could not be reached\. Next step: check the network"):
        await client.sessions.first_qr("main")


async def test_wait_for_says_what_it_saw_last(gateway: ScriptedGateway, client: Client) -> None:
    states = iter(["connecting", "connected"])
    gateway.answers["GET", "/v1/sessions/main"] = lambda: session_body(state=next(states, "connected"))
    assert (await client.sessions.wait_for("main", timeout_s=60)).connected
    gateway.answers["GET", "/v1/sessions/main"] = session_body(
        state="banned", sentence="Banned until noon.", next_step="Wait."
    )
    with pytest.raises(HoldfastError, match="it is banned: Banned until noon"):
        await client.sessions.wait_for("main", timeout_s=0.3)


async def test_a_stream_that_ends_lets_sends_of_other_tasks_be_answered(
    gateway: ScriptedGateway, client: Client
) -> None:
    async with client.events("reader"):
        sending = [asyncio.create_task(client.send("main", "+491", f"t{i}")) for i in range(20)]
        await asyncio.sleep(0)
    assert len({sent.message_id for sent in await asyncio.gather(*sending)}) == 20


async def test_an_unnamed_stream_goes_on_behind_what_it_has_and_acknowledges_nothing(
    gateway: ScriptedGateway, client: Client
) -> None:
    async with client.events() as stream:
        await gateway.happen("a")
        first = await anext(stream)
        stream.ack(first)
        await gateway.hang_up()
        await gateway.happen("b")
        second = await anext(stream)
    assert [first.text, second.text] == ["a", "b"]
    assert [frame["after"] for frame in gateway.frames] == [None, "1"]


async def test_a_frame_that_is_none_costs_one_connection(gateway: ScriptedGateway, client: Client) -> None:
    async with client.events("reader") as stream:
        await gateway.say_nonsense()
        await gateway.until(lambda: gateway.connections == 2)
        await gateway.happen("a")
        assert (await anext(stream)).text == "a"


async def test_another_number_is_taken_only_when_it_is_asked_for(
    gateway: ScriptedGateway, client: Client
) -> None:
    gateway.answers["POST", "/v1/sessions/main/pair"] = session_body(state="pairing")
    await client.sessions.pair("main")
    await client.sessions.pair("main", replace_number=True)
    assert gateway.queries == [{}, {"replace_number": "true"}]


async def test_a_subscription_gets_another_filter(gateway: ScriptedGateway, client: Client) -> None:
    gateway.answers["PUT", "/v1/subscriptions/help desk"] = {"name": "help desk"}
    await client.change_subscription("help desk", types=["session.state"])
    assert gateway.requests[-1][2] == {"sessions": [], "types": ["session.state"]}


async def test_a_subscription_is_forgotten(gateway: ScriptedGateway, client: Client) -> None:
    gateway.answers["DELETE", "/v1/subscriptions/help desk"] = Response(status_code=204)
    await client.delete_subscription("help desk")
    assert gateway.requests[-1][:2] == ("DELETE", "/v1/subscriptions/help desk")


@pytest.mark.parametrize("state", list(State))
async def test_connected_means_what_the_gateway_means_by_it(state: State) -> None:
    assert Session.read(session_body(state=state.value)).connected == state.up


async def test_what_the_database_holds_is_told(gateway: ScriptedGateway, client: Client) -> None:
    stored = {"database_bytes": 5_000_000, "events": 7, "oldest_event_at": None, "messages": 3}
    gateway.answers["GET", "/v1/system"] = {**system_body(), "stored": stored}
    seen = (await client.system()).stored
    assert seen is not None
    assert (seen.database_bytes, seen.events, seen.messages, seen.oldest_message_at) == (
        5_000_000,
        7,
        3,
        None,
    )
    gateway.answers["GET", "/v1/system"] = {**system_body(), "stored": None}
    assert (await client.system()).stored is None
