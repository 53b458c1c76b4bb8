"""Documents: every version kept, none written over, both databases."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.configuration import Configuration, Kinds, changes
from holdfast.configuration.documents import KINDS, Greeting, Hours
from holdfast.configuration.legacy import prompts_from_old, prompts_to_old
from holdfast.journal import Filter, Journal
from holdfast.model.errors import (
    ConfigurationConflict,
    ConfigurationInvalid,
    RequestInvalid,
    UnknownConfiguration,
)
from holdfast.model.wording import filled
from holdfast.store import Store
from rooms import TENANT, told


@pytest.fixture
def configuration(store: Store, journal: Journal) -> Configuration:
    return Configuration(store, journal)


async def test_defaults_hold_until_somebody_writes(configuration: Configuration) -> None:
    first = await configuration.get(TENANT, "greeting")
    assert (first.version, first.body["again_after_hours"]) == (0, 24)
    made = await configuration.put(TENANT, "greeting", {"again_after_hours": 48}, author="key_1", note="more")
    assert (made.version, made.author, made.note) == (1, "key_1", "more")
    assert made.body["language"] == "en"
    assert (await configuration.get(TENANT, "greeting")).body == made.body
    assert {it.name: it.version for it in await configuration.list(TENANT)} == {
        **dict.fromkeys(KINDS, 0),
        "greeting": 1,
    }


async def test_each_tenant_has_its_own(configuration: Configuration) -> None:
    await configuration.put("ten_other", "greeting", {"again_after_hours": 48}, author="key_1")
    assert (await configuration.get(TENANT, "greeting")).version == 0


async def test_the_same_again_is_no_version_and_tells_nobody(
    configuration: Configuration, journal: Journal
) -> None:
    for _ in range(3):
        made = await configuration.put(TENANT, "greeting", {"again_after_hours": 48}, author="key_1")
        assert made.version == 1
    assert await told(journal, "configuration.changed") == [
        {"name": "greeting", "version": 1, "author": "key_1"}
    ]


async def test_who_asks_for_its_type_hears_of_it_whatever_the_sessions(
    configuration: Configuration, journal: Journal
) -> None:
    await configuration.put(TENANT, "greeting", {"again_after_hours": 48}, author="key_1")
    one, types = frozenset({"ses_a"}), frozenset({"configuration.changed"})
    for after in (0, journal.head - 1):  # from the database, and from memory
        assert len((await journal.read(after, 10, Filter(TENANT, one, types))).events) == 1
        assert (await journal.read(after, 10, Filter(TENANT, one))).events == []


async def test_of_two_who_change_the_same_one_hears_of_the_other(configuration: Configuration) -> None:
    writing = [
        configuration.put(TENANT, "greeting", {"again_after_hours": n}, author=f"key_{n}", base_version=0)
        for n in (1, 2, 3)
    ]
    made = await asyncio.gather(*writing, return_exceptions=True)
    assert sum(isinstance(it, ConfigurationConflict) for it in made) == 2
    assert (await configuration.get(TENANT, "greeting")).version == 1


async def test_undo_is_a_version_of_its_own_and_can_be_undone(configuration: Configuration) -> None:
    with pytest.raises(RequestInvalid, match="nothing to undo"):
        await configuration.undo(TENANT, "greeting", author="key_1")
    for hours in (1, 2):
        await configuration.put(TENANT, "greeting", {"again_after_hours": hours}, author="key_1")
    undone = await configuration.undo(TENANT, "greeting", author="key_2")
    assert (undone.version, undone.body["again_after_hours"], undone.note) == (3, 1, "undoes version 2")
    assert (await configuration.undo(TENANT, "greeting", author="key_2")).body["again_after_hours"] == 2
    assert [it.version for it in await configuration.history(TENANT, "greeting", 3)] == [4, 3, 2]
    assert (await configuration.get(TENANT, "greeting", 1)).body["again_after_hours"] == 1


async def test_the_first_version_is_undone_to_the_defaults(configuration: Configuration) -> None:
    await configuration.put(TENANT, "greeting", {"again_after_hours": 1}, author="key_1")
    assert (await configuration.undo(TENANT, "greeting", author="key_1")).body["again_after_hours"] == 24


@pytest.mark.parametrize("version", [7, 10**12])
async def test_what_is_not_there_is_refused(configuration: Configuration, version: int) -> None:
    with pytest.raises(UnknownConfiguration, match=r"nobody.*greeting"):
        await configuration.get(TENANT, "nobody")
    with pytest.raises(UnknownConfiguration, match=r"no version|Nobody"):
        await configuration.get(TENANT, "greeting", version)


@pytest.mark.parametrize(
    ("name", "body", "place"),
    [
        ("greeting", {"again_after_hours": 0}, "again_after_hours"),
        ("greeting", {"texts": {"en": {"open": "Hi {nme}"}}}, "texts.en.open"),
        ("greeting", {"language": "de"}, "no text in de"),
        ("greeting", {"typo": 1}, "typo"),
        ("hours", {"time_zone": "Europe/Atlantis"}, "time_zone"),
        ("hours", {"country": "XX"}, "holidays of XX"),
        ("hours", {"openings": [{"days": ["funday"]}]}, "openings.0.days.0"),
        ("commands", {"commands": [{"name": "help", "answer": "x"}]}, "two commands /help"),
        ("commands", {"commands": [{"name": "a b", "answer": "x"}]}, "commands.0.name"),
        ("prompts", {"assistant": {"prompt": "nobody"}}, "no prompt 'nobody'"),
    ],
)
async def test_what_is_wrong_is_told_with_its_place_and_nothing_is_kept(
    configuration: Configuration, name: str, body: dict[str, Any], place: str
) -> None:
    with pytest.raises(ConfigurationInvalid, match=place):
        await configuration.put(TENANT, name, body, author="key_1")
    assert (await configuration.get(TENANT, name)).version == 0
    assert configuration.kinds.get(name).faults(body)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_shipped_document_has_good_defaults_and_describes_every_field(name: str) -> None:
    kind = Kinds().get(name)
    assert kind.defaults() is not None
    assert kind.faults(kind.defaults() or {}) == []
    assert kind.model.model_json_schema()["properties"]


# ---- differences -------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_equal_documents_differ_nowhere_and_others_somewhere(one: Any, other: Any) -> None:
    assert list(changes(one, one)) == []
    found = list(changes({"it": one, "n": 1}, {"it": one, "n": 2}))
    assert [(it.place, it.before, it.after) for it in found] == [("n", 1, 2)]


def test_differences_are_told_place_by_place() -> None:
    found = list(changes({"a": [1, {"b": 2}], "gone": 1}, {"a": [1, {"b": 3}, 4], "new": {"x": 1}}))
    assert [(it.place, it.before, it.after) for it in found] == [
        ("a.1.b", 2, 3),
        ("a.2", None, 4),
        ("gone", 1, None),
        ("new", None, {"x": 1}),
    ]


# ---- what documents mean -----------------------------------------------------------------------------------

BERLIN = {
    "time_zone": "Europe/Berlin",
    "country": "DE",
    "subdivision": "BE",
    "closed_on": ["2026-11-27"],
    "openings": [
        {"days": ["monday", "thursday", "friday"], "from_time": "09:00", "until_time": "18:00"},
        {"days": ["saturday"], "from_time": "22:00", "until_time": "02:00"},
    ],
}


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-26T08:59:00+01:00", False),
        ("2026-11-26T09:00:00+01:00", True),
        ("2026-11-26T16:59:00+00:00", True),  # 17:59 there
        ("2026-11-26T17:00:00+00:00", False),
        ("2026-11-27T12:00:00+01:00", False),  # closed that day
        ("2026-11-28T23:00:00+01:00", True),
        ("2026-11-29T01:59:00+01:00", True),  # Saturday's night
        ("2026-11-29T02:00:00+01:00", False),
        ("2026-12-25T12:00:00+01:00", False),  # a Friday, and Christmas
    ],
)
def test_hours(at: str, is_open: bool) -> None:
    assert Hours.model_validate(BERLIN).is_open(datetime.fromisoformat(at)) is is_open


@pytest.mark.parametrize(
    ("template", "name", "said"),
    [
        ("{greeting} {name}!", "Ann", "Guten Morgen Ann!"),
        ("{greeting}, {name}.", "", "Guten Morgen."),
        ("{name}: {time} {date}", "{time}", "(time): 09:05 2026-11-26"),
        ("Hi {name}", "A\nB  C", "Hi A B C"),
    ],
)
def test_templates(template: str, name: str, said: str) -> None:
    assert filled(template, name, datetime.fromisoformat("2026-11-26T09:05:00+01:00"), "de") == said


def test_previews_say_what_would_happen() -> None:
    question = {"at": "2026-11-26T12:00:00+01:00", "name": "Ann"}
    hours, greeting = KINDS["hours"], KINDS["greeting"]
    assert hours.preview is not None
    assert greeting.preview is not None
    assert hours.preview(Hours.model_validate(BERLIN), question) == ["Open at 2026-11-26 12:00 UTC+01:00."]
    assert greeting.preview(Greeting(), question)[0].startswith("en: Good afternoon Ann, thank you")
    with pytest.raises(RequestInvalid, match="no time"):
        hours.preview(Hours(), {"at": "noon"})


# ---- older systems -----------------------------------------------------------------------------------------

OLD = {
    "promptsConfig": {
        "prompts": {"systemPrompt": "You drive.", "greetingPrompt": "Greet."},
        "enabled": True,
        "maxMessagesPerDay": 7,
        "fallbackMessage": "Later.",
        "activePrompt": "greetingPrompt",
    }
}


def test_an_old_prompts_config_is_taken_over_and_given_back() -> None:
    kind = KINDS["prompts"]
    document = kind.read(prompts_from_old(OLD))
    body = document.model_dump()
    assert body["prompts"] == {"system-prompt": "You drive.", "greeting-prompt": "Greet."}
    assert body["assistant"]["prompt"] == "greeting-prompt"
    assert (body["assistant"]["messages_per_day"], body["assistant"]["fallback"]) == (7, "Later.")
    assert kind.read(prompts_from_old(prompts_to_old(document))) == document


def test_an_old_config_without_an_active_prompt_follows_its_first() -> None:
    assert prompts_from_old({"systemPrompt": "You drive."}) == {
        "prompts": {"system-prompt": "You drive."},
        "assistant": {"prompt": "system-prompt"},
    }


@pytest.mark.parametrize("body", [{"promptsConfig": 1}, {"prompts": {}, "unheard_of": 7}])
def test_what_nobody_knows_in_an_old_config_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationInvalid):
        prompts_from_old(body)


def test_commands_are_tried() -> None:
    kind = Kinds().get("commands")
    assert kind.preview is not None
    body = {"status": False, "commands": [{"name": "hours", "answer": "Dear {name}, from 9 to 5."}]}
    assert kind.preview(kind.read(body), {"name": "Ben"}) == ["/help", "/hours: Dear Ben, from 9 to 5."]
    assert kind.preview(kind.read({"enabled": False}), {}) == ["No command is answered."]
