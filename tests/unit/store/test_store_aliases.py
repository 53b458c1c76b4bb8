"""The two names of a person, learned in any order."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.journal import Journal
from holdfast.store import Store, WriteUnit, aliases
from rooms import with_store

#: A number, its alias, and which of them is told first.
WORDS = st.tuples(
    st.sampled_from(["1@s.whatsapp.net", "2@s.whatsapp.net", "3@s.whatsapp.net"]),
    st.sampled_from(["a@lid", "b@lid", "c@lid"]),
    st.booleans(),
)


@given(st.lists(WORDS, max_size=12), st.booleans())
def test_the_newest_word_wins_and_the_map_stays_one_to_one(
    words: list[tuple[str, str, bool]], forget: bool
) -> None:
    def act(unit: WriteUnit) -> None:
        model: dict[str, str] = {}
        for pn, lid, number_first in words:
            aliases.learn(unit, "ses", *((pn, lid) if number_first else (lid, pn)))
            model = {known: name for known, name in model.items() if known != pn and name != lid} | {pn: lid}
            if forget:
                unit.sole_writer_cache.clear()
            for name in ("1", "2", "3"):
                number = f"{name}@s.whatsapp.net"
                assert aliases.other_name(unit, "ses", number) == model.get(number)
                assert aliases.canonical(unit, "ses", number) == model.get(number, number)
            for lid_ in ("a@lid", "b@lid", "c@lid"):
                owners = [known for known, name in model.items() if name == lid_]
                assert aliases.phone_jid(unit, "ses", lid_) == (owners[0] if owners else None)
        assert aliases.other_name(unit, "another session", "1@s.whatsapp.net") is None

    async def work(store: Store, journal: Journal) -> None:
        await store.write(act)

    with_store(work)


async def test_groups_and_strangers_have_one_name(store: Store) -> None:
    def act(unit: WriteUnit) -> None:
        aliases.learn(unit, "ses", "12345-6@g.us", "a@lid")
        aliases.learn(unit, "ses", "a@lid", "")
        assert aliases.names(unit, "ses", "12345-6@g.us") == ["12345-6@g.us"]
        assert aliases.names(unit, "ses", "a@lid") == ["a@lid"]

    await store.write(act)


async def test_what_a_session_has_learned_is_there_for_its_readers(store: Store) -> None:
    await store.write(lambda unit: aliases.learn(unit, "ses", "1@s.whatsapp.net", "a@lid"))
    names = await store.read(lambda unit: aliases.names(unit, "ses", "a@lid"))
    assert names == ["a@lid", "1@s.whatsapp.net"]
