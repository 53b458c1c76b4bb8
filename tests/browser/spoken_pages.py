"""Every page of a whole Holdfast: where each lies, and what on it is in no catalogue."""

import re
from urllib.parse import quote

from playwright.async_api import Page, expect
from work_stage import Desk

from holdfast.dashboard.rooms import ROOMS

#: What a page says outside of the brackets that a pseudo-locale puts around sentences: each text, and each
#: attribute that is read aloud. Left out is what is for programs, and what the browser or a library writes.
_UNBRACKETED = """() => {
  const silent =
    "code, pre, script, style, time, textarea, option[lang], [translate=no], .nicegui-error-popup";
  for (const it of document.querySelectorAll("details")) it.open = true;
  const found = [];
  const outside = (text, depth = 0) => {
    let kept = "";
    for (const it of text) {
      if (it === "⟦") depth += 1;
      else if (it === "⟧") depth -= 1;
      else if (depth === 0) kept += it;
    }
    return [kept, depth];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let depth = 0, kept; texts.nextNode(); ) {
    const node = texts.currentNode;
    if (node.parentElement.closest(silent)) continue;
    [kept, depth] = outside(node.data, depth);
    found.push(kept);
  }
  for (const it of document.body.querySelectorAll("*")) {
    for (const name of ["alt", "aria-label", "data-sure", "placeholder", "title"]) {
      found.push(outside(it.getAttribute(name) ?? "")[0]);
    }
  }
  return found.map((it) => it.trim()).filter((it) => /\\p{L}{2}/u.test(it));
}"""


async def every_page(at: Desk, booking: str) -> list[str]:
    """The path of every page that there is, out of the table that serves them: a new one is not forgotten."""
    (chat, *_), _older = await at.client.chats.page(at.session_id)
    known = {"ref": at.session_id, "chat": quote(chat.chat, safe=""), "booking": booking, "name": "pricing"}
    return ["/", *(room.path.format_map(known) for room in ROOMS)]


async def unspoken(page: Page, data: frozenset[str]) -> list[str]:
    """What stands on the page in English, without what people and programs have called things."""
    texts: list[str] = await page.evaluate(_UNBRACKETED)
    words = {it for text in texts for it in re.findall(r"[^\W\d_]{2,}", text)}
    return sorted(words - data)


async def arrive(page: Page, url: str) -> None:
    """Open a page that is drawn by the time of the return."""
    await page.goto(url)
    await expect(page.get_by_role("navigation")).to_be_visible()
    if page.url.rstrip("/").count("/") == 2:  # the page of numbers is drawn by the browser
        await expect(page.locator(".hf-card").first).to_be_visible()
