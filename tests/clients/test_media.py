"""Foreign clients send files and fetch what phones and other clients send."""

from typing import Any

import pytest
from contenders import CONTENDERS, Contender
from stage import Stage, decoded, encoded, pn

pytestmark = pytest.mark.timeout(120)

KINDS = ["image", "video", "gif", "audio", "voice", "document", "sticker"]
kinds = pytest.mark.parametrize("kind", KINDS)

# Not a multiple of a cipher block, larger than one read of a socket; every byte value occurs.
CONTENT = bytes(range(256)) * 600 + b"the end"

# Sounds and stickers have no caption.
SILENT = {"audio", "voice", "sticker"}


def caption(kind: str) -> str:
    return "" if kind in SILENT else "look"


@kinds
async def test_sends_a_file(stage: Stage, kind: str) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    order: dict[str, Any] = {"kind": kind, "base64": encoded(CONTENT), "caption": caption(kind) or None}
    id = (await client.order("media", to=pn(ben), **order))["id"]
    got = await stage.received(ben, id)
    assert (got.kind, got.text) == (kind, caption(kind))
    assert (await ben.file(got)).body == CONTENT


@kinds
async def test_fetches_a_file(stage: Stage, kind: str) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    id = await ben.send_file(anna, CONTENT, kind=kind, caption=caption(kind) or None)
    got = await client.expect("message", id=id)
    assert (got["kind"], got["text"]) == (kind, caption(kind))
    file = await client.order("download", id=id)
    assert file["bytes"] == len(CONTENT)
    assert decoded(file["base64"]) == CONTENT


async def test_sends_a_picture_that_may_be_seen_once(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    id = (await client.order("media", to=pn(ben), kind="image", base64=encoded(CONTENT), view_once=True))[
        "id"
    ]
    item = await stage.item(ben, id)
    assert item["kind"] == "image"
    assert item["view_once"] is True


@pytest.mark.parametrize("other", CONTENDERS.values(), ids=CONTENDERS)
async def test_files_from_client_to_client(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    for kind in KINDS:
        id = (await first.order("media", to=pn(ben), kind=kind, base64=encoded(CONTENT)))["id"]
        await second.expect("message", id=id, kind=kind)
        assert decoded((await second.order("download", id=id))["base64"]) == CONTENT
