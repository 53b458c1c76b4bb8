"""The two names of a person, learned in any order."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from holdfast.store import aliases
from holdfast.store.schema import metadata
from holdfast.store.unit import cache

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
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    model: dict[str, str] = {}
    with engine.connect() as conn:
        for pn, lid, number_first in words:
            aliases.learn(conn, "ses", *((pn, lid) if number_first else (lid, pn)))
            model = {known: name for known, name in model.items() if known != pn and name != lid} | {pn: lid}
            if forget:
                cache(conn).clear()
            for name in ("1", "2", "3"):
                number = f"{name}@s.whatsapp.net"
                assert aliases.other_name(conn, "ses", number) == model.get(number)
                assert aliases.canonical(conn, "ses", number) == model.get(number, number)
            for lid_ in ("a@lid", "b@lid", "c@lid"):
                owners = [known for known, name in model.items() if name == lid_]
                assert aliases.phone_jid(conn, "ses", lid_) == (owners[0] if owners else None)
        assert aliases.other_name(conn, "another session", "1@s.whatsapp.net") is None


def test_groups_and_strangers_have_one_name() -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as conn:
        aliases.learn(conn, "ses", "12345-6@g.us", "a@lid")
        aliases.learn(conn, "ses", "a@lid", "")
        assert aliases.names(conn, "ses", "12345-6@g.us") == ["12345-6@g.us"]
        assert aliases.names(conn, "ses", "a@lid") == ["a@lid"]
