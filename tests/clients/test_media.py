"""Foreign clients send files and fetch what phones and other clients send."""

import base64

import pytest
from contenders import CONTENDERS, Contender
from stage import Stage, pn

pytestmark = pytest.mark.timeout(120)

kinds = pytest.mark.parametrize("kind", ["image", "document"])

# Not a multiple of a cipher block, larger than one read of a socket; every byte value occurs.
CONTENT = bytes(range(256)) * 600 + b"the end"


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


@kinds
async def test_sends_a_file(stage: Stage, kind: str) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    id = (await client.order(kind, to=pn(ben), base64=encoded(CONTENT), caption="look"))["id"]
    got = await stage.received(ben, id)
    assert (got.kind, got.text) == (kind, "look")
    media = await stage.ask("GET", f"/admin/phones/{ben.phone}/inbox/{got.seq}/media")
    assert base64.b64decode(media["data_base64"]) == CONTENT


@kinds
async def test_fetches_a_file(stage: Stage, kind: str) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    media = {"kind": kind, "data_base64": encoded(CONTENT), "mimetype": "application/octet-stream"}
    body = {"to": anna.phone, "media": media, "text": "look"}
    id = (await stage.ask("POST", f"/admin/phones/{ben.phone}/send", body))["id"]
    got = await client.expect("message", id=id)
    assert (got["kind"], got["text"]) == (kind, "look")
    file = await client.order("download", id=id)
    assert file["bytes"] == len(CONTENT)
    assert base64.b64decode(file["base64"]) == CONTENT


@pytest.mark.parametrize("other", CONTENDERS.values(), ids=CONTENDERS)
async def test_file_from_client_to_client(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    id = (await first.order("image", to=pn(ben), base64=encoded(CONTENT), caption="look"))["id"]
    await second.expect("message", id=id, kind="image")
    assert base64.b64decode((await second.order("download", id=id))["base64"]) == CONTENT
