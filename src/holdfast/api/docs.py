"""HTTP: pages about the API: its description, and every code of a refusal. Nothing comes from elsewhere."""

from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Final

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from holdfast.api.errors import status_of
from holdfast.model import words
from holdfast.model.errors import every

#: Whatever a page says, a browser asks nobody else. Swagger UI begins, and writes its styles, in the page.
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:"
}
_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Problems · Holdfast's API</title>
<meta name="viewport" content="width=device-width">
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem}}
td,th{{padding:.3rem .8rem .3rem 0;text-align:left;vertical-align:top}}tr:target{{background:#fe9}}</style>
<h1>Problems</h1>
<p>What a refusal's <code>type</code> leads to: each code, its HTTP status, what it means and what to do.</p>
<table><tr><th>code<th>status<th>means<th>next step</tr>
{rows}
</table></html>
"""


router = APIRouter(include_in_schema=False)
# Swagger UI, from the package that carries its files.
router.mount("/docs/static", StaticFiles(directory=str(files("fastapi_offline") / "static")))


@router.get("/docs")
async def docs() -> HTMLResponse:
    """Swagger UI over the API's description."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Holdfast's API",
        swagger_js_url="/docs/static/swagger-ui-bundle.js",
        swagger_css_url="/docs/static/swagger-ui.css",
        swagger_favicon_url="/docs/static/favicon.png",
        # By default it shows the description to another host.
        swagger_ui_parameters={"validatorUrl": None},
    )
    page.headers.update(_HEADERS)
    return page


@router.get("/docs/problems")
async def problems() -> HTMLResponse:
    """Every code of a refusal."""
    return HTMLResponse(problems_page(), headers=_HEADERS)


def problems_page() -> str:
    """Every code that a request may be refused with, as a page."""
    rows = [
        f'<tr id="{code}"><td><code>{code}</code><td>{status}<td>{escape(said.sentence)}.'
        f"<td>{escape(said.next_step)}</tr>"
        for code, status in sorted(_codes())
        for said in (words.of_error(code),)
    ]
    return _PAGE.format(rows="\n".join(rows))


def _codes() -> Iterator[tuple[str, int]]:
    yield from (("not_found", 404), ("method_not_allowed", 405), ("internal", 500))
    yield from ((kind.code, status_of(kind())) for kind in every() if status_of(kind()) != 500)
