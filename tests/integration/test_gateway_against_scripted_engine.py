"""The gateway against an engine that drops, delays and doubles what it says, and dies."""

import asyncio
import json

import pytest

from databases import sql
from holdfast.engine import connection
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model.errors import AlreadyLinked, EngineOutdated, NoQr, SendOutcomeUnknown
from holdfast.model.ids import SessionId
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions import repository
from patience import PATIENCE_S

from .conftest import TENANT, World, eventually
from .scripted_engine import ScriptedEngine

ANNA, BEN = "4915100000001", "4915100000002"


async def test_a_scan_makes_a_connected_session_and_two_records(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        await world.link_number(gateway, engine, "taxi", ANNA)
        view = gateway.sessions.show(TENANT, f"+{ANNA}")
        assert (view.name, view.phone, view.requires_auth) == ("taxi", f"+{ANNA}", False)
        assert list(world.folders) == [ANNA]
        registry = json.loads((world.data / "registry.json").read_text())
        assert [(it["name"], it["folder"]) for it in registry["sessions"]] == [("taxi", ANNA)]
        states = [it.data["state"] for it in await gateway.events("session.state")]
        assert states == ["pairing", "connecting", "connected"]
        with pytest.raises(AlreadyLinked):
            await gateway.sessions.pair(TENANT, "taxi")


async def test_the_code_is_gone_the_moment_the_phone_has_scanned_and_is_kept_nowhere(
    world: World, logged: list[dict[str, object]]
) -> None:
    engine = await world.engine(delay_s={"adopt": 0.3})
    async with world.gateway() as gateway:
        view, _ = await gateway.sessions.create_or_get(TENANT, "taxi")
        await gateway.sessions.pair(TENANT, "taxi")
        await eventually(lambda: view.id in engine.sessions)
        waiting = asyncio.create_task(gateway.sessions.qr(TENANT, "taxi", PATIENCE_S))
        engine.show_code(view.id, "SECRET-CODE-1", gateway.supervisor.roster.now + 60_000)
        assert (await waiting).code == "SECRET-CODE-1"
        engine.show_code(view.id, "SECRET-CODE-2", gateway.supervisor.roster.now + 60_000, index=2)
        await eventually(lambda: getattr(gateway.sessions.show(TENANT, "taxi").pairing, "index", 0) == 2)
        engine.scan(view.id, f"{ANNA}:1@s.whatsapp.net")
        await gateway.until("taxi", State.CONNECTING)
        assert engine.asked("adopt") == [] or gateway.state("taxi") is State.CONNECTING
        with pytest.raises(NoQr):
            await gateway.sessions.qr(TENANT, "taxi", 0)
        await gateway.until("taxi", State.CONNECTED)
        events = "".join(it.wire for it in await gateway.events())
    kept = b"".join(path.read_bytes() for path in world.data.rglob("*") if path.is_file())
    assert b"SECRET-CODE" not in kept
    assert "session.changed" in {entry["event"] for entry in logged}
    assert "SECRET-CODE" not in events + json.dumps(logged, default=str)


async def test_nobody_scans_and_the_session_rests_again(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        view, _ = await gateway.sessions.create_or_get(TENANT, "taxi")
        await gateway.sessions.pair(TENANT, "taxi")
        await eventually(lambda: view.id in engine.sessions)
        engine.fact(
            view.id, engine.sessions[view.id].epoch, pair_failed=pb.PairFailed(reason=pb.PAIR_TIMED_OUT)
        )
        await gateway.until("taxi", State.NEW)
        assert gateway.sessions.show(TENANT, "taxi").reason is Reason.PAIRING_TIMED_OUT
        await gateway.sessions.pair(TENANT, "taxi")  # and can be asked again
        await eventually(lambda: len(engine.asked("pair")) == 2)
        await gateway.sessions.cancel_pairing(TENANT, "taxi")
        assert gateway.state("taxi") is State.NEW


async def test_after_a_restart_of_both_the_session_connects_without_a_code(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        await world.link_number(gateway, engine, "taxi", ANNA)
    await engine.die()
    engine = await world.engine(connects_at_once=False)
    async with world.gateway() as gateway:
        assert gateway.state("taxi") is State.CONNECTING  # from the first moment
        assert gateway.supervisor.roster.restoration.progress.total == 1
        await eventually(lambda: len(engine.asked("connect")) == 1)
        (open_command,) = engine.asked("open")
        assert len(open_command.open.key) == 32
        engine.log_in(engine.asked("connect")[0].session_id)
        await gateway.until("taxi", State.CONNECTED)
        assert gateway.supervisor.roster.restoration.progress.done
        assert engine.asked("pair") == []


async def test_a_new_gateway_adopts_what_the_engine_holds(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        await world.link_number(gateway, engine, "taxi", ANNA)
        epoch = gateway.sessions.show(TENANT, "taxi").epoch
    engine.commands.clear()
    async with world.gateway() as gateway:
        await gateway.until("taxi", State.CONNECTED)
        assert engine.asked("connect") == []
        assert engine.asked("disconnect") == []
        assert gateway.sessions.show(TENANT, "taxi").epoch == epoch
        assert gateway.ups == [gateway.sessions.show(TENANT, "taxi").id]


async def test_doubled_facts_make_one_reconnection(world: World) -> None:
    engine = await world.engine(repeat=2)
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        engine.end(session_id, pb.NETWORK)
        await gateway.until("taxi", State.RECONNECTING)
        await gateway.until("taxi", State.CONNECTED)
        assert len(engine.asked("connect")) == 2
        assert gateway.sessions.show(TENANT, "taxi").attempt == 1


async def test_levels_repair_lost_facts(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        engine.connects_at_once = False
        engine.end(session_id, pb.NETWORK, told=False)
        engine.levels()
        await eventually(lambda: gateway.runtime(session_id).closing is not None)
        gateway.clock.ahead_ms += 1000
        engine.levels()
        await gateway.until("taxi", State.RECONNECTING)
        await eventually(lambda: len(engine.asked("connect")) == 2)
        engine.log_in(session_id, told=False)
        assert gateway.state("taxi") is State.RECONNECTING
        engine.levels()
        await gateway.until("taxi", State.CONNECTED)


async def test_a_level_that_runs_ahead_of_its_fact_does_not_hide_the_reason(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        engine.end(session_id, pb.NETWORK, told=False)
        engine.levels()
        engine.fact(
            session_id,
            engine.sessions[session_id].epoch,
            disconnected=pb.Disconnected(reason=pb.REPLACED, detail="stream:error conflict"),
        )
        engine.levels()
        await gateway.until("taxi", State.REPLACED)
        states = [it.data["state"] for it in await gateway.events("session.state")]
        assert states == ["pairing", "connecting", "connected", "replaced"]
        assert gateway.sessions.show(TENANT, "taxi").detail == "stream:error conflict"


async def test_what_the_levels_leave_out_is_not_held(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        del engine.sessions[session_id]
        engine.levels()
        await eventually(lambda: gateway.runtime(session_id).closing is not None)
        gateway.clock.ahead_ms += 1000
        engine.levels()
        await gateway.until("taxi", State.RECONNECTING)
        await gateway.until("taxi", State.CONNECTED)
        assert len(engine.asked("open")) == 2


async def test_facts_of_an_old_connection_change_nothing(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        old = engine.sessions[session_id].epoch
        engine.end(session_id, pb.NETWORK)
        await gateway.until("taxi", State.RECONNECTING)
        await gateway.until("taxi", State.CONNECTED)
        engine.fact(session_id, old, disconnected=pb.Disconnected(reason=pb.LOGGED_OUT))
        engine.fact(
            session_id, engine.sessions[session_id].epoch, push_name_changed=pb.PushNameChanged(push_name="X")
        )
        await eventually(lambda: gateway.sessions.show(TENANT, "taxi").push_name == "X")
        assert gateway.state("taxi") is State.CONNECTED


async def test_a_connect_result_that_comes_after_its_facts(world: World) -> None:
    engine = await world.engine(delay_s={"connect": 0.2})
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        engine.end(session_id, pb.NETWORK)
        await gateway.until("taxi", State.RECONNECTING)
        await gateway.until("taxi", State.CONNECTED)
        assert gateway.sessions.show(TENANT, "taxi").epoch == engine.sessions[session_id].epoch


async def test_doubled_deliveries_become_one_event_and_are_confirmed(world: World) -> None:
    engine = await world.engine(repeat=3)
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        delivery = engine.deliver(session_id, "MSG1", "hello")
        await eventually(lambda: engine.confirmed[delivery] >= 1)
        assert [it.data["content"]["text"] for it in await gateway.events("message.received")] == ["hello"]


async def test_what_waited_for_a_gateway_is_received_right_behind_the_welcome(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
    delivery = engine.deliver(session_id, "MSG1", "while you were away")
    async with world.gateway() as gateway:
        await eventually(lambda: engine.confirmed[delivery] == 1)
        assert len(await gateway.events("message.received")) == 1


async def test_an_engine_that_dies_unconfirmed_delivers_again_and_nothing_doubles(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        engine.deliver(session_id, "MSG1", "hello")
        await engine.die()
        await gateway.until("taxi", State.RECONNECTING)
        assert gateway.sessions.show(TENANT, "taxi").reason is Reason.ENGINE_DOWN
        again = await world.engine()
        await gateway.until("taxi", State.CONNECTED)
        other = again.deliver(session_id, "MSG2", "second")
        twin = again.deliver(session_id, "MSG1", "hello")
        await eventually(lambda: again.confirmed[other] == 1 and again.confirmed[twin] == 1)
        texts = sorted(it.data["content"]["text"] for it in await gateway.events("message.received"))
        assert texts == ["hello", "second"]


async def test_an_engine_that_dies_between_scan_and_adoption_costs_no_second_code(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        view, _ = await gateway.sessions.create_or_get(TENANT, "taxi")
        await gateway.sessions.pair(TENANT, "taxi")
        await eventually(lambda: view.id in engine.sessions)
        engine.show_code(view.id, "code", gateway.supervisor.roster.now + 60_000)
        await gateway.sessions.qr(TENANT, "taxi", PATIENCE_S)
        engine.scan(view.id, f"{ANNA}:1@s.whatsapp.net", told=False)
        await engine.die()
        await eventually(lambda: gateway.state("taxi") is State.NEW)
        again = await world.engine()
        await gateway.until("taxi", State.CONNECTED)
        assert list(world.folders) == [ANNA]
        assert again.asked("pair") == []


async def test_a_gateway_that_dies_between_scan_and_adoption_costs_no_second_code(world: World) -> None:
    engine = await world.engine(silent={"adopt"})
    async with world.gateway() as gateway:
        view, _ = await gateway.sessions.create_or_get(TENANT, "taxi")
        await gateway.sessions.pair(TENANT, "taxi")
        await eventually(lambda: view.id in engine.sessions)
        engine.show_code(view.id, "code", gateway.supervisor.roster.now + 60_000)
        await gateway.sessions.qr(TENANT, "taxi", PATIENCE_S)
        engine.scan(view.id, f"{ANNA}:1@s.whatsapp.net")
        await eventually(lambda: len(engine.asked("adopt")) == 1)
    engine.silent.clear()
    async with world.gateway() as gateway:
        await gateway.until("taxi", State.CONNECTED)
        assert list(world.folders) == [ANNA]


async def test_a_second_pairing_of_a_number_renews_its_session(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        first = await world.link_number(gateway, engine, "taxi", ANNA)
        view, _ = await gateway.sessions.create_or_get(TENANT, "other")
        await gateway.sessions.pair(TENANT, "other")
        await eventually(lambda: view.id in engine.sessions)
        engine.show_code(view.id, "code", gateway.supervisor.roster.now + 60_000)
        await gateway.sessions.qr(TENANT, "other", PATIENCE_S)
        engine.scan(view.id, f"{ANNA}:4@s.whatsapp.net")
        await gateway.until("other", State.NEW)
        await gateway.until("taxi", State.CONNECTED)
        assert gateway.sessions.show(TENANT, "other").reason is Reason.NUMBER_RENEWED_ELSEWHERE
        assert list(engine.quarantined) == [ANNA]
        assert engine.sessions[first].jid == f"{ANNA}:4@s.whatsapp.net"


async def test_a_number_of_another_tenant_is_not_taken_over(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        first = await world.link_number(gateway, engine, "taxi", ANNA)
        view, _ = await gateway.sessions.create_or_get("ten_other", "theirs")
        await gateway.sessions.pair("ten_other", "theirs")
        await eventually(lambda: view.id in engine.sessions)
        engine.show_code(view.id, "code", gateway.supervisor.roster.now + 60_000)
        await gateway.sessions.qr("ten_other", "theirs", PATIENCE_S)
        engine.scan(view.id, f"{ANNA}:4@s.whatsapp.net")
        await eventually(
            lambda: gateway.sessions.show("ten_other", "theirs").reason is Reason.NUMBER_TAKEN,
        )
        assert gateway.sessions.show("ten_other", "theirs").detail == ""  # nothing about whose it is
        assert engine.sessions[first].jid == f"{ANNA}:3@s.whatsapp.net"
        assert gateway.state("taxi") is State.CONNECTED
        assert list(engine.quarantined) == [f".pairing-{view.id}"]


@pytest.mark.parametrize(
    ("reason", "state"),
    [(pb.REPLACED, State.REPLACED), (pb.BANNED, State.BANNED), (pb.LOGGED_OUT, State.LOGGED_OUT)],
)
async def test_resting_states_survive_restarts_and_are_never_fought(
    world: World, reason: pb.Reason, state: State
) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        engine.end(session_id, reason)
        await gateway.until("taxi", state)
        await gateway.supervisor.roster.recorder.settled()
    engine.commands.clear()
    async with world.gateway() as gateway:
        assert gateway.state("taxi") is state
        await eventually(lambda: gateway.supervisor.roster.acting)
        engine.levels()
        await eventually(lambda: gateway.supervisor.roster.restoration.progress.done)
        assert gateway.state("taxi") is state
        assert engine.asked("connect") == []


async def test_logged_out_on_the_phone_quarantines_tells_and_waits_for_a_human(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        engine.end(session_id, pb.LOGGED_OUT)
        await gateway.until("taxi", State.LOGGED_OUT)
        await eventually(lambda: list(engine.quarantined) == [ANNA])
        assert gateway.sessions.show(TENANT, "taxi").requires_auth
        last = (await gateway.events("session.state"))[-1].data
        assert (last["notice"], last["requires_auth"], last["phone"]) == ("session_expired", True, f"+{ANNA}")
        await gateway.sessions.connect(TENANT, "taxi")
        assert gateway.state("taxi") is State.PAIRING
        await eventually(lambda: len(engine.asked("pair")) == 2)
        engine.show_code(session_id, "fresh", gateway.supervisor.roster.now + 60_000)
        await gateway.sessions.qr(TENANT, "taxi", PATIENCE_S)
        engine.scan(session_id, f"{ANNA}:9@s.whatsapp.net")
        await gateway.until("taxi", State.CONNECTED)


async def test_a_quarantine_that_was_interrupted_is_finished_later(world: World) -> None:
    engine = await world.engine(silent={"quarantine"})
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        engine.end(session_id, pb.LOGGED_OUT)
        await eventually(lambda: len(engine.asked("quarantine")) == 1)
        await gateway.supervisor.roster.recorder.settled()
    engine.silent.clear()
    async with world.gateway() as gateway:
        await eventually(lambda: list(engine.quarantined) == [ANNA])
        assert gateway.state("taxi") is State.LOGGED_OUT


async def test_a_stopped_session_stays_down_over_restarts_until_its_owner_wants_it(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        await world.link_number(gateway, engine, "taxi", ANNA)
        await gateway.sessions.disconnect(TENANT, "taxi")
        assert gateway.state("taxi") is State.STOPPED
        await eventually(lambda: len(engine.asked("disconnect")) == 1)
    await engine.die()
    engine = await world.engine()
    async with world.gateway() as gateway:
        await eventually(lambda: gateway.supervisor.roster.acting)
        assert gateway.state("taxi") is State.STOPPED
        await gateway.sessions.connect(TENANT, "taxi")
        await gateway.until("taxi", State.CONNECTED)
        assert len(engine.asked("connect")) == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (pb.WRONG_KEY, Reason.WRONG_KEY),
        (pb.FILE_CORRUPT, Reason.FILE_CORRUPT),
        (pb.FOLDER_MISSING, Reason.FOLDER_MISSING),
    ],
)
async def test_credentials_that_cannot_be_used_fail_with_a_reason_and_nothing_is_deleted(
    world: World, code: pb.ErrorCode, reason: Reason
) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        await world.link_number(gateway, engine, "taxi", ANNA)
    await engine.die()
    engine = await world.engine(refuse={"open": code})
    async with world.gateway() as gateway:
        await gateway.until("taxi", State.FAILED)
        assert gateway.sessions.show(TENANT, "taxi").reason is reason
        assert list(world.folders) == [ANNA]
    await engine.die()
    await world.engine()
    async with world.gateway() as gateway:
        await gateway.until("taxi", State.CONNECTED)  # a restart with the right file or key tries again


async def test_a_folder_removed_by_hand_is_told(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        await world.link_number(gateway, engine, "taxi", ANNA)
    await engine.die()
    kept = world.folders.pop(ANNA)
    await world.engine()
    async with world.gateway() as gateway:
        await gateway.until("taxi", State.FAILED)
        assert gateway.sessions.show(TENANT, "taxi").reason is Reason.FOLDER_MISSING
    world.folders[ANNA] = kept


async def test_storage_trouble_is_tried_again(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        engine.refuse = {"connect": pb.STORAGE}
        engine.end(session_id, pb.NETWORK)

        def waits_again() -> bool:
            shown = gateway.sessions.show(TENANT, "taxi")
            return shown.reason is Reason.STORAGE_FAILED and shown.retry_at_ms is not None

        await eventually(waits_again)
        assert gateway.state("taxi") is State.RECONNECTING


async def test_the_registry_rebuilds_the_database_and_the_database_the_registry(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        await world.link_number(gateway, engine, "van", BEN)
    await engine.die()
    (world.data / "registry.json").unlink()
    await world.engine()
    async with world.gateway() as gateway:
        await gateway.until("taxi", State.CONNECTED)
        registry = json.loads((world.data / "registry.json").read_text())
        assert {it["folder"] for it in registry["sessions"]} == {ANNA, BEN}
    await world.engines[-1].die()
    for path in world.data.glob("holdfast.db*"):
        path.unlink()
    await world.engine()
    async with world.gateway() as gateway:
        await gateway.until("taxi", State.CONNECTED)
        await gateway.until("van", State.CONNECTED)
        assert gateway.sessions.show(TENANT, "taxi").id == session_id


async def test_the_folder_alone_rebuilds_both_records(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
    await engine.die()
    for path in (*world.data.glob("holdfast.db*"), world.data / "registry.json"):
        path.unlink()
    await world.engine()
    async with world.gateway() as gateway:
        await eventually(lambda: len(gateway.sessions.list(TENANT)) == 1)
        await gateway.until(session_id, State.CONNECTED)
        view = gateway.sessions.show(TENANT, session_id)
        assert (view.name, view.phone) == (f"recovered-{ANNA}", f"+{ANNA}")


async def test_an_engine_of_another_protocol_version_is_ended_by_the_frozen_frame(world: World) -> None:
    old = await world.engine(version=7)
    async with world.gateway() as gateway:
        await eventually(lambda: len(old.shutdowns) == 1)
        new = await world.engine()
        await eventually(lambda: gateway.link.attached)
        assert gateway.link.identity is not None
        assert gateway.link.identity.engine_id == new.engine_id


async def test_an_engine_that_is_ended_may_have_a_successor_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, successors = await world.engine(version=7), []
    die = old.die

    async def die_and_be_succeeded() -> None:
        await die()
        if not successors:  # before the gateway sees that nobody holds the folder
            successors.append(await world.engine())

    monkeypatch.setattr(old, "die", die_and_be_succeeded)
    async with world.gateway() as gateway:
        await eventually(lambda: gateway.link.attached)
        assert gateway.link.identity is not None
        assert [it.engine_id for it in successors] == [gateway.link.identity.engine_id]


async def test_an_older_engine_is_served_and_gives_way_when_nothing_is_under_way(world: World) -> None:
    old = await world.engine(version=1)
    async with world.gateway() as gateway:
        await world.link_number(gateway, old, "taxi", ANNA)
        assert gateway.link.identity is not None
        assert gateway.link.identity.version == 1
        with pytest.raises(EngineOutdated):
            await gateway.link.groups.list(SessionId("ses_any"))
        assert not old.asked("query")
        assert not old.shutdowns
        for at_ms in range(3, 10_000):
            old.levels(at_ms)
            if old.shutdowns:
                break
            await asyncio.sleep(0.1)
        assert len(old.shutdowns) == 1
        new = await world.engine()
        await eventually(lambda: gateway.link.attached)
        assert gateway.link.identity.engine_id == new.engine_id
        (view,) = gateway.sessions.list(TENANT)
        await gateway.until(view.id, State.CONNECTED)


async def test_an_engine_that_a_dead_gateway_has_just_started_is_waited_for(world: World) -> None:
    """Regression:

    a second engine was started beside it, and its announcement removed; nobody found it again.
    """
    world.data.mkdir()
    program = world.root / "engine"
    program.write_text(f"#!/bin/sh\ntouch {world.root}/second-engine\n")
    program.chmod(0o700)
    starting = ScriptedEngine(world.data, world.folders, world.jids)
    world.engines.append(starting)
    starting.hold()
    async with world.gateway(str(program)) as gateway:
        await asyncio.sleep(0.2)  # long enough for a gateway that does not wait
        await starting.listen()
        await eventually(lambda: gateway.link.attached)
    assert not (world.root / "second-engine").exists()
    assert (world.data / "run" / "engine.addr").exists()


async def test_a_deleted_session_leaves_its_name_and_its_credentials_go_to_quarantine(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        first = await world.link_number(gateway, engine, "taxi", ANNA)
        await gateway.sessions.delete(TENANT, "taxi")
        assert list(engine.quarantined) == [ANNA]
        assert len(engine.asked("logout")) == 1
        second = await world.link_number(gateway, engine, "taxi", ANNA)
        assert second != first
    async with world.gateway() as gateway:
        assert [it.name for it in gateway.sessions.list(TENANT)] == ["taxi"]


async def test_signs_of_life_are_kept_once_in_a_while_and_all_in_one_write(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.sessions.supervisor._LOOK_EVERY_S", 3600.0)  # this test looks itself
    engine = await world.engine()
    async with world.gateway() as gateway:
        ids = [
            await world.link_number(gateway, engine, "taxi", ANNA),
            await world.link_number(gateway, engine, "van", BEN),
        ]
        writes: list[int] = []
        save = repository.save_heartbeats
        monkeypatch.setattr(
            repository, "save_heartbeats", lambda unit, rows: (writes.append(len(rows)), save(unit, rows))
        )
        for at_ms in range(100, 120):
            engine.last_frame_ms = at_ms
            engine.levels()
        await eventually(lambda: all(gateway.runtime(it).last_heartbeat_ms == 119 for it in ids))
        gateway.supervisor.watching.look()
        gateway.clock.ahead_ms += 30_000
        gateway.supervisor.watching.look()
        await eventually(lambda: [count for count in writes if count] == [2])
        await gateway.supervisor.roster.recorder.settled()
        query = sql("SELECT id, last_heartbeat_ms FROM sessions")
        rows = await gateway.store.read(lambda unit: dict(unit.all(query)))
        assert rows == dict.fromkeys(ids, 119)
        assert gateway.sessions.show(TENANT, "van").last_heartbeat_ms == 119


async def test_an_old_state_is_restored_and_says_when_it_was_last_seen(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        await world.link_number(gateway, engine, "taxi", ANNA)
        await world.link_number(gateway, engine, "van", BEN)
        old = sql(
            "UPDATE sessions SET last_connected_ms = 1000000, last_heartbeat_ms = 1000000 WHERE name = 'taxi'"
        )
        await gateway.supervisor.roster.recorder.settled()
        await gateway.store.write(lambda unit: unit.run(old))
    await engine.die()
    await world.engine(connects_at_once=False)
    async with world.gateway() as gateway:
        taxi, van = gateway.sessions.show(TENANT, "taxi"), gateway.sessions.show(TENANT, "van")
        assert (taxi.state, taxi.detail) == (State.CONNECTING, "last seen 1970-01-01T00:16:40.000Z")
        assert (van.state, van.detail) == (State.CONNECTING, "")


async def test_two_connects_make_one_connection(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        await world.link_number(gateway, engine, "taxi", ANNA)
        await gateway.sessions.disconnect(TENANT, "taxi")
        await asyncio.gather(*(gateway.sessions.connect(TENANT, "taxi") for _ in range(5)))
        await gateway.until("taxi", State.CONNECTED)
        assert len(engine.asked("connect")) == 2


async def test_the_timeline_tells_every_change_with_its_reason(world: World) -> None:
    engine = await world.engine()
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        engine.connects_at_once = False
        engine.end(session_id, pb.SERVICE_UNAVAILABLE)
        await gateway.until("taxi", State.RECONNECTING)
        entries = await gateway.sessions.timeline(TENANT, "taxi", 10)
        assert [it.seq for it in entries] == [4, 3, 2, 1]
        assert (entries[0].state, entries[0].reason) == (State.RECONNECTING, Reason.SERVICE_UNAVAILABLE)


async def test_a_send_that_the_engine_never_answers_may_have_been_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await world.engine(silent={"send"})
    async with world.gateway() as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        with monkeypatch.context() as hasty:
            hasty.setattr(connection, "ANSWERED_WITHIN_S", 0.05)
            with pytest.raises(SendOutcomeUnknown):
                await gateway.link.send(SessionId(session_id), "M1", f"{BEN}@s.whatsapp.net", b"x")
        # Its answer, should it come, is nobody's any more; the next attempt has the same id.
        engine.silent.clear()
        assert (await gateway.link.send(SessionId(session_id), "M1", f"{BEN}@s.whatsapp.net", b"x")).sender
        assert [it.send.message_id for it in engine.asked("send")] == ["M1", "M1"]
