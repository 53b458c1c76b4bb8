"""The lab's client against the real simulator: phones write to each other, nothing stays behind."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from holdfast.keeper import gone
from holdfast.lab import AnswerDelay, Match, Simulator, SimulatorError, SimulatorSilent
from holdfast.lab.blocking import blocking
from patience import PATIENCE_S

_MS = timedelta(milliseconds=1)


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with Simulator.start(tmp_path, seed=3, state=tmp_path / "state") as running:
        yield running


async def test_phones_write_and_read(simulator: Simulator) -> None:
    anna, ben = await simulator.phone("Anna"), await simulator.phone("Ben")
    assert await simulator.phones() == [anna, ben]
    assert await simulator.phone("Anna again", anna.phone) == anna
    first = await anna.say(ben, "one")
    rest = await anna.say_many([(ben, "two"), (ben.phone, "three")])
    got = await ben.wait_for("three")
    assert got.sender == anna.phone
    items, after = await ben.inbox()
    assert [item.id for item in items] == [first, *rest]
    assert (await ben.inbox(after))[0] == []
    await ben.read(anna, [first])
    confirmed, after = set[str](), 0
    while confirmed != {first, *rest}:
        receipts, after = await anna.receipts(after, wait_s=60)
        assert receipts, confirmed
        confirmed |= {receipt.id for receipt in receipts}


async def test_every_kind_of_message(simulator: Simulator) -> None:
    anna, ben = await simulator.phone("Anna"), await simulator.phone("Ben")
    said = await anna.say(ben, "frist")
    await ben.wait_for(id=said)
    await ben.react(anna, said, "👍")
    await anna.edit(ben, said, "first")
    answer = await ben.say(anna, "sure", reply_to=said)
    await anna.send_location(ben, 49.4, 8.7, "Castle")
    await anna.send_contact(ben, "Cleo", "+4915100000001")
    poll = await anna.send_poll(ben, "When?", ["now", "never"])
    await ben.wait_for(id=poll)
    await ben.vote(anna, poll, "now")
    await anna.pin(ben, said)
    file = await anna.send_file(ben, b"hello", mimetype="text/plain", file_name="a.txt", caption="look")
    gone_again = await anna.say(ben, "oops")
    deletion = await anna.delete(ben, gone_again)

    got = await ben.wait_for(id=file)
    assert (got.kind, got.text, got.media["file_name"]) == ("document", "look", "a.txt")
    assert (await ben.file(got)).body == b"hello"
    reaction = await anna.wait_for(kind="reaction")
    assert (reaction.emoji, reaction.target) == ("👍", said)
    assert (await anna.wait_for(id=answer)).quoted["id"] == said
    assert (await anna.wait_for(where=lambda item: item.details.get("vote") == ["now"])).target == poll

    await ben.wait_for(id=deletion)
    lines = {line.id: line for line in (await ben.chat(anna)).messages}
    assert (lines[said].text, lines[said].edited, lines[said].pinned) == ("first", True, True)
    assert lines[said].reactions == {ben.phone: "👍"}
    assert lines[poll].votes == {ben.phone: ["now"]}
    assert lines[gone_again].deleted
    assert [chat.chat for chat in await ben.chats()] == [anna.phone]


async def test_groups(simulator: Simulator) -> None:
    anna, ben, cleo = [await simulator.phone(name) for name in ("Anna", "Ben", "Cleo")]
    group = await anna.make_group("Lab", ben)
    assert await group.add(anna, cleo) == {cleo.phone: "200"}
    await group.promote(anna, ben)
    assert (await group.set(anna, "subject", "Laboratory")).subject == "Laboratory"
    assert {m.phone: m.role for m in (await group.state()).members}[ben.phone] == "admin"
    await ben.say(group, "hello all")
    assert (await cleo.wait_for("hello all")).chat == group.jid
    await group.leave(cleo)
    assert await group.remove(anna, ben) == {ben.phone: "200"}
    [left] = await simulator.groups()
    assert [member.phone for member in left.members] == [anna.phone]
    assert simulator.group(group.jid) == group


async def test_what_a_phone_keeps(simulator: Simulator) -> None:
    anna, ben = await simulator.phone("Anna"), await simulator.phone("Ben")
    await anna.save_contact(ben, "Benny")
    assert [(each.phone, each.name) for each in await anna.contacts()] == [(ben.phone, "Benny")]
    await anna.say(ben, "hi")
    assert (await anna.arrange(ben, archived=True)).archived
    await anna.rename("Anna the Second")
    assert (await simulator.phones())[0].name == "Anna the Second"
    await anna.set_about("busy")
    await anna.set_privacy("last", "none")
    await anna.block(ben)
    profile = await anna.profile()
    assert (profile["about"], profile["blocked"]) == ("busy", [ben.phone])


async def test_what_an_owner_does_with_a_phone(simulator: Simulator) -> None:
    anna, ben = await simulator.phone("Anna"), await simulator.phone("Ben")
    await anna.typing(ben, "recording")
    call = await anna.call(ben, video=True, ring=timedelta(minutes=1))
    noticed, _ = await ben.activity(wait_s=60)
    assert [(each.kind, each.sender, each.state) for each in noticed][:1] == [
        ("typing", anna.phone, "recording")
    ]
    async with asyncio.timeout(PATIENCE_S):
        while not (calls := await ben.calls()):  # the phone has heard of the typing first
            pass
    assert [each.id for each in calls] == [call]
    assert (await ben.answer_call(call, "reject")).id == call
    await anna.set_present(True)
    said = await anna.say(ben, "read me")
    await ben.wait_for(id=said)
    assert await ben.read(anna) == [said]

    assert (await ben.sleep(timedelta(days=14))).asleep
    await anna.say(ben, "good night")
    assert (await ben.state()).waiting > 0
    assert (await ben.inbox())[0][-1].id == said
    assert not (await ben.wake()).asleep
    assert await ben.wait_for("good night")

    group = await anna.make_group("Lab")
    joined = await ben.join((await group.state()).invite)
    assert joined["joined"]
    assert [each.jid for each in await ben.groups()] == [group.jid]


async def test_what_the_server_holds_of_a_phone(simulator: Simulator) -> None:
    anna, ben = await simulator.phone("Anna"), await simulator.phone("Ben")
    await anna.mark_dirty("groups")
    await anna.lock_for(timedelta(hours=1))
    await anna.lock_for(timedelta())
    await anna.set_business("Anna & Sons", category="Bakery")
    await anna.set_username("anna.bakes")
    profile = await anna.profile()
    assert (profile["business"], profile["username"]) == ("Anna & Sons", "anna.bakes")
    assert (await anna.demand_passkey()).demanded
    assert not (await anna.demand_passkey(False)).demanded
    assert (await anna.passkey()).code == ""
    assert await simulator.refresh_codes() == 0
    first, second = await ben.rotate_key(), await ben.rotate_key(tell=True)
    assert first != second
    with pytest.raises(SimulatorError, match="no such device"):
        await anna.unlink(1)
    with pytest.raises(SimulatorError, match="not a pairing QR code"):
        await simulator.scan_by_push_name("nonsense")


async def test_refusals_are_one_line(simulator: Simulator) -> None:
    anna = await simulator.phone("Anna")
    with pytest.raises(SimulatorError, match="not a pairing QR code"):
        await anna.scan("nonsense")
    with pytest.raises(SimulatorError, match="no phone"):
        await anna.say("4900000", "x")
    with pytest.raises(SimulatorError, match="no phone"):
        await simulator.at("4900000").inbox()
    with pytest.raises(SimulatorError, match="unknown field"):
        await anna.send("4900000", txet="x")
    with pytest.raises(SimulatorError, match="did not receive"):
        await anna.wait_for("x", timeout_s=0.2)
    with pytest.raises(SimulatorError, match="tag=nothing"):
        await simulator.wait_for(tag="nothing", timeout_s=0.2)
    port = int(simulator.address.rpartition(":")[2])
    with pytest.raises(SimulatorError, match=r"did not start .*--listen"):
        await Simulator.start(simulator.trust_file.parent / "second", port=port).__aenter__()


async def test_faults_end_with_their_block_or_stay(simulator: Simulator) -> None:
    anna = await simulator.phone("Anna")
    assert (await anna.account()).companions == []
    async with simulator.fault("no-ack", anna) as fault:
        [found] = await simulator.faults()
        assert (found.id, found.name, found.match["account"]) == (fault.id, "no-ack", anna.phone)
    assert await simulator.faults() == []
    rule = await simulator.rule("delay", Match(tag="receipt", direction="in"), args={"ms": 1}, count=-1)
    assert [each.id for each in await simulator.faults()] == [rule.id]
    await simulator.end_fault(rule)
    await simulator.fault("slow")
    await simulator.clear_faults()
    assert await simulator.faults() == []
    async with simulator.fault("slow") as fault:
        await simulator.end_fault(fault)  # ends twice: no mistake
    kinds = {kind.name: kind.summary for kind in await simulator.fault_kinds()}
    assert kinds["no-ack"]
    assert "drop" in {each.name for each in await simulator.fault_actions()}
    with pytest.raises(SimulatorError, match="no-ack"):
        await simulator.fault("no-such-fault")
    with pytest.raises(SimulatorError, match="drop"):
        await simulator.rule("no-such-action")


async def test_time_and_manners(simulator: Simulator) -> None:
    before = await simulator.clock()
    after = await simulator.advance(timedelta(days=20))
    assert timedelta(days=20) <= after.now - before.now < timedelta(days=20, minutes=1)
    assert (await simulator.set_clock(timedelta())).offset_s == 0
    await simulator.set_strict(True)
    assert await simulator.unknown_queries() == []


async def test_how_quick_its_phones_are(tmp_path: Path, simulator: Simulator) -> None:
    assert await simulator.answer_delay() == AnswerDelay(300 * _MS, 800 * _MS)
    wanted = AnswerDelay(5 * _MS, 7 * _MS)
    assert await simulator.set_answer_delay(wanted) == wanted == await simulator.answer_delay()
    with pytest.raises(SimulatorError, match="the shorter one first"):
        await simulator.set_answer_delay(AnswerDelay(7 * _MS, 5 * _MS))
    async with Simulator.start(tmp_path / "quick", answer_delay=AnswerDelay()) as quick:
        assert await quick.answer_delay() == AnswerDelay()


async def test_a_reset_leaves_nothing(simulator: Simulator) -> None:
    anna, ben = await simulator.phone("Anna"), await simulator.phone("Ben")
    group = await anna.make_group("Lab", ben)
    await simulator.advance(timedelta(days=1))
    await simulator.fault("no-ack")
    await simulator.set_answer_delay(AnswerDelay())
    address, root_key, seed = simulator.address, simulator.root_key, await simulator.seed()
    await simulator.reset()
    assert await simulator.phones() == await simulator.groups() == await simulator.faults() == []
    assert (await simulator.clock()).offset_s == 0
    assert (await simulator.answer_delay()).longest == 800 * _MS
    assert (simulator.address, simulator.root_key, await simulator.seed()) == (address, root_key, seed)
    with pytest.raises(SimulatorError, match="no phone"):
        await anna.say(ben, "x")
    assert [await simulator.phone("Anna"), await simulator.phone("Ben")] == [anna, ben]
    assert (await anna.make_group("Lab", ben)).jid == group.jid
    await simulator.restart()
    assert await simulator.phones() == [anna, ben]


async def test_it_comes_back_after_kill_9(simulator: Simulator) -> None:
    anna, address, pid = await simulator.phone("Anna"), simulator.address, simulator.pid
    await simulator.restart()
    assert (simulator.address, await simulator.phones()) == (address, [anna])
    assert simulator.pid != pid
    ben = await simulator.phone("Ben")
    await simulator.restart(save=False)
    assert await simulator.phones() == [anna]
    assert await simulator.phone("Ben", ben.phone) == ben


async def test_it_can_be_found_by_its_trust_file_and_is_gone_afterwards(tmp_path: Path) -> None:
    async with Simulator.start(tmp_path) as running:
        async with Simulator.attach(running.trust_file) as second:
            await second.phone("Anna")
            assert second.root_key == running.root_key != ""
            assert (await second.seed(), second.pid) == (1, None)
            with pytest.raises(SimulatorError, match="state="):
                await second.restart()
        assert len(await running.phones()) == 1
        assert (await running.stats())["phones"] == 1
        pid = running.pid
    assert pid is not None
    assert await gone(pid, 5)
    async with Simulator.attach(tmp_path / "trust.json") as late:
        with pytest.raises(SimulatorSilent, match="does not answer"):
            await late.phones()
    with pytest.raises(SimulatorError, match="trust file"):
        Simulator.attach(tmp_path / "nothing.json")


def test_the_same_without_an_event_loop(tmp_path: Path) -> None:
    with blocking(Simulator.start(tmp_path)) as simulator:
        anna, ben = simulator.phone("Anna"), simulator.phone("Ben")
        assert simulator.phones() == [anna, ben]
        assert len({anna, ben, simulator.phone("Anna", anna.phone)}) == 2
        said = anna.say(ben, "hello")
        assert ben.wait_for("hello").id == said
        with simulator.fault("no-ack", ben) as fault:
            assert simulator.faults()[0].id == fault.id
        assert simulator.faults() == []
        assert simulator.fault("slow").name == "slow"
        assert [each.name for each in simulator.faults()] == ["slow"]
        assert repr(anna) == repr(anna.target)
        with pytest.raises(SimulatorError, match="no phone"):
            anna.say("4900000", "x")
