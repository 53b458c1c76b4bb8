"""Pages of lists: where one goes on, and what is no place in any."""

import base64
from unittest.mock import AsyncMock

import httpx
import pytest

from holdfast.api import paging
from holdfast.api.rooms import Rooms
from holdfast.chats import ChatPlace
from holdfast.messages import Place
from holdfast.model.errors import CursorInvalid
from holdfast.model.ids import DEFAULT_TENANT

READERS = {
    "list": paging.read_place,
    "change": paging.read_change_place,
    "id": paging.read_id_place,
    "piece": paging.read_window_place,
    "chat": paging.read_chat_place,
}


def test_a_place_is_read_as_it_was_written() -> None:
    chat = ChatPlace(17, "4915112345678@s.whatsapp.net")
    assert paging.read_place(paging.write_place(7)) == 7
    assert paging.read_change_place(paging.write_change_place(7)) == 7
    assert paging.read_id_place(paging.write_id_place("aud_7")) == "aud_7"
    assert paging.read_window_place(paging.write_window_place(Place(7, 8, 9))) == Place(7, 8, 9)
    assert paging.read_chat_place(paging.write_chat_place(chat)) == chat


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    "text",
    [
        "x",
        "1",
        "ä",
        base64.b64encode(b"\xff\xfe").decode(),
        *(base64.b64encode(said).decode() for said in (b"id aud\0", b"chat 1 a\0b", b"2 -1", b"nothing 1")),
    ],
)
def test_what_no_list_has_written_is_refused(reader: object, text: str) -> None:
    assert callable(reader)
    with pytest.raises(CursorInvalid):
        reader(text)


def test_a_page_tells_whether_another_follows() -> None:
    assert paging.cut([1, 2, 3], 2) == ([1, 2], 2)
    assert paging.cut([1, 2], 2) == ([1, 2], None)
    assert paging.cut([], 2) == ([], None)


LISTS = [
    "audit",
    "alerts",
    "search?q=way",
    *(f"sessions/s/{it}" for it in ("chats", "messages", "queue", "timeline")),
]


@pytest.mark.parametrize("path", LISTS)
async def test_a_name_that_no_list_knows_is_refused(http: httpx.AsyncClient, path: str) -> None:
    joint = "&" if "?" in path else "?"
    answer = await http.get(f"/v1/{path}{joint}before=1")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["detail"].startswith("query.before: ")


async def test_the_last_page_says_so(http: httpx.AsyncClient, rooms: Rooms) -> None:
    rooms.audit.page = AsyncMock(return_value=[])  # type: ignore[method-assign]
    answer = await http.get("/v1/audit", params={"limit": 7, "after": paging.write_id_place("aud_3")})
    assert (answer.status_code, answer.json()) == (200, {"entries": [], "next": None})
    rooms.audit.page.assert_awaited_once_with(DEFAULT_TENANT, "aud_3", 8)
