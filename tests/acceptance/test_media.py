"""Files between phones and programs, with real processes: the same bytes on both sides, fetched once."""

import hashlib

from files_stage import file_events, film, message_with, noise, picture, put, send, sound
from holdfast.lab import Phone
from house import House

FILES = {
    "image": ("image/jpeg", picture()),
    "video": ("video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + noise(70_000, 2)),
    "audio": ("audio/mpeg", b"ID3\x03\0\0\0\0\0\0" + noise(50_000, 3)),
    "voice": ("audio/ogg; codecs=opus", b"OggS" + noise(40_000, 4)),
    "document": ("application/pdf", b"%PDF-1.7\n" + noise(90_000, 5)),
    "sticker": ("image/webp", b"RIFF\x10\x20\0\0WEBPVP8 " + noise(8_000, 6)),
}


async def test_each_kind_of_file_arrives_with_its_bytes(house: House) -> None:
    number, _ = await house.link("taxi")
    guest: Phone = await house.simulator.phone("Guest")
    for kind, (mimetype, body) in FILES.items():
        await guest.send_file(number, body, kind=kind, mimetype=mimetype, file_name=f"a {kind}")
        message = await message_with(house, kind=kind)
        assert message["content"]["media_id"] == message["file"]["media_id"]
        answer = await house.http.get(f"/v1/media/{message['file']['media_id']}")
        assert answer.content == body, kind
        assert answer.headers["etag"] == f'"{hashlib.sha256(body).hexdigest()}"'
        assert answer.headers["x-content-type-options"] == "nosniff"
    told = await file_events(house)
    assert [each["state"] for each in told] == ["stored"] * len(FILES)
    # The same file again is known: it is here at once, and nobody asks for it.
    await guest.send_file(number, FILES["document"][1], kind="document")

    async def eighth() -> bool:
        return len(await file_events(house)) == len(FILES) + 1

    await house.until(eighth, "the file that is known was not told")


async def test_each_kind_of_file_is_sent_and_the_phone_has_its_bytes(house: House) -> None:
    await house.link("taxi")
    guest: Phone = await house.simulator.phone("Guest")
    given: dict[str, tuple[bytes, dict[str, str], dict[str, str]]] = {
        "image": (picture(), {}, {"text": "look"}),
        "video": (film(), {}, {"text": "look"}),
        "audio": (sound("libmp3lame", "mp3"), {}, {}),
        "voice": (sound("libmp3lame", "mp3"), {"kind": "voice"}, {}),
        "document": (b"%PDF-1.7 " + noise(5000), {"file_name": "bill.pdf"}, {"text": "please"}),
        "sticker": (picture(), {"kind": "sticker"}, {}),
    }
    for kind, (body, query, more) in given.items():
        made = await put(house, body, **query)
        message_id = await send(house, guest.phone, {"kind": kind, "media_id": made["media_id"], **more})
        seen = await guest.wait_for(id=message_id)
        assert (seen.kind, seen.text) == (kind, more.get("text", "")), kind
        got = await guest.file(seen)
        assert hashlib.sha256(got.body).hexdigest() == made["sha256"], kind
        if kind in {"voice", "sticker"}:
            assert got.body != body
            assert got.mimetype in {"audio/ogg; codecs=opus", "image/webp"}
        else:
            assert got.body == body
    voice = await message_with(house, "placed", "voice")
    assert voice["content"]["duration_s"] == 2
    shown = await house.ask("GET", f"/v1/sessions/taxi/messages/{voice['message_id']}")
    assert len(shown["raw_base64"]) > 300


async def test_what_follows_a_file_in_a_chat_waits_for_it_and_other_chats_do_not(house: House) -> None:
    await house.link("taxi")
    first, second = await house.simulator.phone("First"), await house.simulator.phone("Second")
    held = await house.simulator.rule("delay", {"tag": "upload"}, args={"ms": 600_000}, count=-1)
    made = await put(house, noise(3000))
    content = {"kind": "document", "media_id": made["media_id"]}
    with_file = await send(house, first.phone, content)
    await house.send("taxi", first.phone, "after the file")
    await house.send("taxi", second.phone, "beside it")
    await second.wait_for("beside it")
    await message_with(house, "uploading", "document")
    assert not (await first.inbox())[0]
    await house.kill("engine")
    await house.simulator.end_fault(held)
    await first.wait_for("after the file")
    items = (await first.inbox())[0]
    assert items[0].id == with_file
    assert items[1].text == "after the file"
    assert [each.duplicates for each in items] == [0, 0]


async def test_one_upload_serves_many_messages(house: House) -> None:
    await house.link("taxi")
    made = await put(house, picture())
    guests = [await house.simulator.phone(f"Guest {number}") for number in range(5)]
    ids = [await send(house, each.phone, {"kind": "image", "media_id": made["media_id"]}) for each in guests]
    paths = set()
    for guest, message_id in zip(guests, ids, strict=True):
        seen = await guest.wait_for(id=message_id)
        assert (await guest.file(seen)).body == picture()
        paths.add(seen.media["direct_path"] if "direct_path" in seen.media else str(seen.media))
    assert len(paths) == 1
