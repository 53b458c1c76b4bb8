"""A phone can keep the page beside its apps: what it asks for is there, in the sizes that are said."""

import json
from typing import Any

import pytest
from PIL import Image

from holdfast.dashboard import doors
from holdfast.dashboard.language import FOLDER
from holdfast.dashboard.mark import INSTALL

STATIC = FOLDER.parent / "static"
MANIFEST = json.loads((STATIC / "manifest.webmanifest").read_text())
PICTURES = [it for it in MANIFEST["icons"] if it["type"] == "image/png"]


@pytest.mark.parametrize("icon", PICTURES, ids=lambda it: it["src"])
def test_every_icon_is_what_the_manifest_says(icon: dict[str, Any]) -> None:
    with Image.open(STATIC / icon["src"].removeprefix("/static/")) as drawn:
        assert (drawn.format, f"{drawn.width}x{drawn.height}") == ("PNG", icon["sizes"])


def test_the_manifest_has_what_makes_a_page_installable() -> None:
    assert {(it["sizes"], it["purpose"]) for it in PICTURES} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    assert (MANIFEST["display"], MANIFEST["start_url"], MANIFEST["scope"]) == ("standalone", "/", "/")


@pytest.mark.parametrize("name", ["icon-maskable-512.png", "apple-touch-icon.png"])
def test_what_is_cut_to_a_shape_is_full_to_its_edges_and_holds_the_mark_inside(name: str) -> None:
    with Image.open(STATIC / name) as drawn:
        pixels = drawn.convert("RGBA")
    width, ground = pixels.width, pixels.getpixel((0, 0))
    assert ground == (0x14, 0x71, 0x3F, 255)
    for x in range(0, width, 4):
        for y in range(0, width, 4):
            outside = (x - width / 2) ** 2 + (y - width / 2) ** 2 > (0.4 * width) ** 2
            assert not outside or pixels.getpixel((x, y)) == ground, (x, y)


def test_every_page_names_manifest_and_icon() -> None:
    assert INSTALL in bytes(doors.log_in_form().body).decode()
    assert 'rel="apple-touch-icon" href="/static/apple-touch-icon.png"' in INSTALL
