"""Makes the icons for phones out of the mark: `.venv/bin/python tools/icons.py`. It needs Chromium.

Phones take PNG. A maskable one is cut to the shape that the phone likes: it is full to its edges, and the
mark stays within the circle that no phone cuts (four fifths of the width).
"""

import asyncio
import re
import shutil
from pathlib import Path

from playwright.async_api import async_playwright

STATIC = Path(__file__).parents[1] / "src/holdfast/dashboard/static"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
#: Of the width of the picture.
_SAFE = 0.8


async def main() -> None:
    """Draw each size and put it beside the mark."""
    mark = (STATIC / "icon.svg").read_text()
    whole, full = _page(mark), _page(_to_the_edges(mark))
    pictures = {
        "icon-192.png": (192, whole),
        "icon-512.png": (512, whole),
        "icon-maskable-512.png": (512, full),
        "apple-touch-icon.png": (180, full),
    }
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "chromium", args=FLAGS
        )
        for name, (size, html) in pictures.items():
            page = await browser.new_page(viewport={"width": size, "height": size})
            await page.set_content(html)
            await page.screenshot(path=STATIC / name, omit_background=True)
            await page.close()
        await browser.close()


def _page(mark: str) -> str:
    return f"<style>*{{margin:0}}svg{{display:block;width:100vw;height:100vh}}</style>{mark}"


def _to_the_edges(mark: str) -> str:
    """The mark in the safe circle, its ground without corners."""
    ground = re.sub(r'<rect width="32" height="32" rx="9"', '<rect width="32" height="32"', mark)
    inside, shift = _SAFE, 16 * (1 - _SAFE)
    return re.sub(
        r"(<rect[^>]*/>)(.*)(</svg>)",
        rf'\1<g transform="translate({shift} {shift}) scale({inside})">\2</g>\3',
        ground,
    )


if __name__ == "__main__":
    asyncio.run(main())
