"""Every family of commands: what is asked and what is answered are the golden frames, as typed values."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from google.protobuf import text_format

from holdfast.engine import answers as a
from holdfast.engine import translate_answers
from holdfast.engine.facts import Device
from holdfast.engine.families import Acts, Credentials, Files, Questions
from holdfast.engine.groups import GroupQuestions
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model.media import FileKind, RemoteFile

GOLDEN = Path(__file__).parents[3] / "proto" / "golden"
ME, FRIEND, LID = "4915111077513", "4915222088624@s.whatsapp.net", "123456789012345@lid"
GROUP = "120363000000000001@g.us"
KEY = bytes(range(32))
SESSION = "0b6d3c2a"
MEMBER = a.Member(LID, FRIEND, LID, admin=True, owner=True)
REFUSED = a.Member("123456789012346@lid", "", "123456789012346@lid", whatsapp_code=403)
NIGHT = a.Group(
    GROUP, "Night shift", "Who drives when", FRIEND, 1795555555000, True, True, 604800, (MEMBER, REFUSED)
)
STRANGER = a.Member(LID, FRIEND, LID)
CODE = "AbCdEfGhIjKlMnOpQrStUv"
SETTINGS = a.GroupSettings(
    "Who drives when",
    announce=True,
    locked=False,
    join_approval=True,
    members_add=False,
    disappearing_s=604800,
)
DEVICE = Device(f"{ME}:3@s.whatsapp.net", "123456789012345:3@lid", "Ada", "android", 305419896)
REMOTE = RemoteFile("/v/t62.7117-24/1_n.enc?ccb=11-4", KEY, KEY[::-1], KEY)
UNDER, SNAPSHOT = a.FileKey(KEY, b"wrapped"), a.FileKey(KEY[::-1], b"wrapped")


def commands(*names: str) -> list[pb.Command]:
    """The commands of golden frames, as the link gets them: the channel numbers them."""
    found: list[pb.Command] = []
    for name in names:
        found += text_format.Parse((GOLDEN / f"{name}.txtpb").read_text(), pb.Down()).commands
    for command in found:
        command.request_id = 0
    return found


def results() -> list[pb.Result]:
    files = ("up_results_2", "up_results_people", "up_results_media_again")
    return [
        it
        for name in files
        for it in text_format.Parse((GOLDEN / f"{name}.txtpb").read_text(), pb.Up()).results
    ]


Call = Callable[[Files, Questions, Acts, Credentials, GroupQuestions], Awaitable[object]]
#: In the order of the golden commands: the call, which golden result it gets, what it returns.
CALLS: list[tuple[Call, int, object]] = [
    (
        lambda f, q, t, c, g: f.upload(SESSION, "t1", "cab.jpg", FileKind.IMAGE),
        0,
        RemoteFile("/v/1", KEY, KEY, KEY[::-1], 31415, "https://mmg.whatsapp.net/v/1"),
    ),
    (
        lambda f, q, t, c, g: f.download(
            SESSION, "t2", REMOTE, FileKind.VOICE, "3EB0AAAA01.ogg", max_bytes=104857600
        ),
        1,
        31415,
    ),
    (lambda f, q, t, c, g: f.cancel(SESSION, "t2"), 10, None),
    (lambda f, q, t, c, g: g.get(SESSION, GROUP), 2, NIGHT),
    (lambda f, q, t, c, g: g.list(SESSION), 3, (a.Group(GROUP, "Night shift"),)),
    (
        lambda f, q, t, c, g: q.on_whatsapp(SESSION, ["4915222088624", "4915222088625"]),
        4,
        (a.Registered("4915222088624", True, FRIEND, LID), a.Registered("4915222088625", False)),
    ),
    (
        lambda f, q, t, c, g: q.picture(SESSION, FRIEND, preview=True),
        5,
        a.Picture("1795555555", "https://pps.whatsapp.net/1"),
    ),
    (lambda f, q, t, c, g: q.about(SESSION, FRIEND), 6, "On the road"),
    (
        lambda f, q, t, c, g: q.own_profile(SESSION),
        7,
        a.OwnProfile(DEVICE.jid, DEVICE.lid, "Ada", "Here", "17"),
    ),
    (lambda f, q, t, c, g: t.show_activity(SESSION, FRIEND, a.Activity.TYPING), 10, None),
    (lambda f, q, t, c, g: t.show_activity(SESSION, FRIEND, a.Activity.RECORDING), 10, None),
    (lambda f, q, t, c, g: t.show_activity(SESSION, FRIEND, a.Activity.PAUSED), 10, None),
    (lambda f, q, t, c, g: t.show_presence(SESSION, available=True), 10, None),
    (lambda f, q, t, c, g: t.mark_read(SESSION, GROUP, FRIEND, ["A1", "A2"], 1795555555123), 10, None),
    (lambda f, q, t, c, g: g.create(SESSION, "Night shift", [FRIEND]), 8, NIGHT),
    (
        lambda f, q, t, c, g: g.change_members(SESSION, GROUP, a.MemberChange.ADD, [FRIEND]),
        9,
        (MEMBER, REFUSED),
    ),
    (
        lambda f, q, t, c, g: g.change_members(SESSION, GROUP, a.MemberChange.REMOVE, [LID]),
        9,
        (MEMBER, REFUSED),
    ),
    (lambda f, q, t, c, g: g.set_subject(SESSION, GROUP, "Day shift"), 10, None),
    (lambda f, q, t, c, g: g.leave(SESSION, GROUP), 10, None),
    (
        lambda f, q, t, c, g: c.inspect(a.Place.QUARANTINE, f"{ME}-1", KEY),
        11,
        a.Inspection((), DEVICE),
    ),
    (lambda f, q, t, c, g: c.snapshot(ME, KEY, "20261128-180000", SNAPSHOT), 13, a.Saved(20480, b"")),
    (lambda f, q, t, c, g: c.restore(ME, "20261128-180000", KEY[::-1], ME, UNDER), 14, DEVICE),
    (
        lambda f, q, t, c, g: c.import_device("/srv/old/store.db", f"{ME}:3@s.whatsapp.net", ME, UNDER),
        15,
        (DEVICE, ME),
    ),
    (lambda f, q, t, c, g: c.unlink(SESSION, f"{ME}-1", KEY), 16, True),
    (
        lambda f, q, t, c, g: t.ask_for_media(
            SESSION,
            "120363012345678901@g.us",
            "223456789012345@lid",
            "3EB0BBBB01",
            from_me=True,
            media_key=b"0123456789abcdef0123456789abcdef",
        ),
        -1,
        "/v/t62.7118-24/again?ccb=1",
    ),
    (lambda f, q, t, c, g: g.invite_code(SESSION, GROUP), 17, CODE),
    (
        lambda f, q, t, c, g: g.by_invite(SESSION, CODE),
        18,
        a.Group(GROUP, "Night shift", join_approval=True, members_add=True),
    ),
    (lambda f, q, t, c, g: g.requests(SESSION, GROUP), 19, (a.GroupRequest(STRANGER, 1795555555123),)),
    (lambda f, q, t, c, g: q.blocked(SESSION), 20, (STRANGER,)),
    (lambda f, q, t, c, g: g.set(SESSION, GROUP, SETTINGS), 10, None),
    (lambda f, q, t, c, g: g.reset_invite(SESSION, GROUP), 21, CODE),
    (lambda f, q, t, c, g: g.join(SESSION, CODE), 22, GROUP),
    (lambda f, q, t, c, g: g.decide(SESSION, GROUP, [FRIEND], approve=True), 9, (MEMBER, REFUSED)),
    (lambda f, q, t, c, g: t.set_picture(SESSION, b"\xff\xd8\xff\xe0", group=GROUP), 23, "1795555555"),
    (lambda f, q, t, c, g: t.set_profile(SESSION, push_name="Night desk", about="Day and night"), 10, None),
    (lambda f, q, t, c, g: t.block(SESSION, FRIEND, blocked=True), 10, None),
    (lambda f, q, t, c, g: t.reject_call(SESSION, FRIEND, "C1"), 10, None),
    (lambda f, q, t, c, g: c.export_device(ME, KEY, "/srv/new/store.db"), 10, None),
    (lambda f, q, t, c, g: t.watch_presence(SESSION, FRIEND), 10, None),
    (
        lambda f, q, t, c, g: t.ask_older(
            SESSION, FRIEND, "A1", from_me=True, timestamp_ms=1795555555123, count=50
        ),
        10,
        None,
    ),
    (lambda f, q, t, c, g: t.ask_again(SESSION, GROUP, FRIEND, "A2"), 10, None),
]
ASKED = commands(
    "down_commands_files",
    "down_commands_questions",
    "down_commands_acts",
    "down_commands_credentials",
    "down_commands_media_again",
    "down_commands_questions_people",
    "down_commands_acts_people",
    "down_commands_export",
    "down_commands_acts_watching",
    "down_commands_acts_again",
)


def test_every_golden_command_has_its_call() -> None:
    assert len(ASKED) == len(CALLS)


@pytest.mark.parametrize("number", range(len(CALLS)))
async def test_a_call_is_its_golden_command_and_returns_its_golden_result(number: int) -> None:
    call, answer, wanted = CALLS[number]
    asked: list[pb.Command] = []

    async def ask(command: pb.Command) -> pb.Result:
        asked.append(command)
        return results()[answer]

    assert await call(Files(ask), Questions(ask), Acts(ask), Credentials(ask), GroupQuestions(ask)) == wanted
    (command,), expected = asked, ASKED[number]
    if not command.session_id:  # what is about a folder needs no session
        expected.session_id = ""
    assert command == expected


def test_every_finding_has_a_name_and_a_newer_one_is_kept() -> None:
    inspected = translate_answers.inspection(results()[12].inspect)
    assert inspected.device is None
    assert set(translate_answers.FINDINGS.values()) == set(a.FindingKind) - {a.FindingKind.OTHER}
    assert [found.kind for found in inspected.findings] == [
        kind
        for kind in a.FindingKind
        if kind not in (a.FindingKind.SCHEMA_UNKNOWN, a.FindingKind.OTHER)  # came later: a frame of its own
    ]
    newer = pb.InspectResult(findings=[pb.Finding(kind=99, detail="new")])  # type: ignore[arg-type]
    assert translate_answers.inspection(newer).findings == (a.Finding(a.FindingKind.OTHER, "new"),)


async def test_a_picture_that_is_not_there_is_none() -> None:
    async def ask(command: pb.Command) -> pb.Result:
        return pb.Result(query=pb.QueryResult(picture=pb.Picture()))

    assert await Questions(ask).picture(SESSION, FRIEND) is None
