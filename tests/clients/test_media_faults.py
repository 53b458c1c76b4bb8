"""Faults of the file store, and what each client makes of them (contract, table 3.4)."""

from typing import Any

import pytest
from driver import ClientEnded, ClientRefused
from stage import Stage, decoded, encoded, pn
from test_media import CONTENT

pytestmark = pytest.mark.timeout(120)

# What whatsapp-rust takes for an address that has run out: it asks for another and tries again by itself.
RUN_OUT = {"media-403", "media-404", "media-410"}


def outcome(client: str, fault: str) -> str:
    """What a failed download comes to: refused, the file all the same, spoilt, or the process dies."""
    if client == "whatsapp-rust":
        return "file" if fault in RUN_OUT else "refused"
    # Baileys looks neither at the MAC nor at the hash, and a body that breaks off ends its process: nobody
    # listens to the error of its stream.
    return {"media-corrupt": "spoilt", "media-short": "dies"}.get(fault, "refused")


@pytest.mark.parametrize(
    "fault", ["media-403", "media-404", "media-410", "media-500", "media-short", "media-corrupt"]
)
async def test_download_fails_once(stage: Stage, fault: str) -> None:
    anna, ben, client = await stage.pair()
    id = await ben.send_file(anna, CONTENT, kind="document")
    await client.expect("message", id=id)
    await stage.wasim.fault(fault, count=1)
    expected = outcome(client.name, fault)
    if expected == "dies":
        with pytest.raises(ClientEnded):
            await client.order("download", id=id)
        assert await client.ended() == 1
        return
    if expected == "refused":
        with pytest.raises(ClientRefused):
            await client.order("download", id=id)
    else:
        file = decoded((await client.order("download", id=id))["base64"])
        assert (file == CONTENT) == (expected == "file")
    # It was once: the file itself is whole.
    assert decoded((await client.order("download", id=id))["base64"]) == CONTENT
    assert client.alive


@pytest.mark.parametrize("fault", ["media-415", "media-retry-after"])
async def test_upload_fails_once(stage: Stage, fault: str) -> None:
    _, ben, client = await stage.pair()
    await stage.wasim.fault(fault, count=1)
    order: dict[str, Any] = {"to": pn(ben), "kind": "document", "base64": encoded(CONTENT)}
    try:
        id = (await client.order("media", **order))["id"]
    except ClientRefused:
        id = (await client.order("media", **order))["id"]
    got = await stage.received(ben, id)
    assert (await ben.file(got)).body == CONTENT
