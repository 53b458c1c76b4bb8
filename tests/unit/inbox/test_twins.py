"""Which message is another one's twin, case by case."""

import pytest

from holdfast.inbox.twins import Stored, Twin, find_twin

PN, LID, OTHER_LID, GROUP = "1@s.whatsapp.net", "10@lid", "20@lid", "12345-6@g.us"
OTHER = "2@s.whatsapp.net"


def stored(chat: str, sender: str = "", kind: str = "text", raw: bytes = b"raw") -> Stored:
    """A message of a direct chat, unless a sender is given."""
    return Stored(1, chat, sender or chat, kind, "evt", raw)


def known(*pairs: tuple[str, str]) -> "object":
    """A map of names."""
    both = dict(pairs) | {lid: pn for pn, lid in pairs}
    return both.get


UNDECRYPTABLE = stored(PN, kind="undecryptable", raw=b"")
NAMED = [(PN, LID)]


@pytest.mark.parametrize(
    ("arriving", "here", "names", "verdict"),
    [
        pytest.param(stored(PN), [], [], Twin.NEW, id="nothing here"),
        pytest.param(stored(PN), [stored(PN)], [], Twin.DUPLICATE, id="same name"),
        pytest.param(stored(PN), [stored(PN, raw=b"other")], [], Twin.DUPLICATE, id="same name, re-encoded"),
        pytest.param(stored(LID), [stored(PN)], NAMED, Twin.DUPLICATE, id="PN first, LID later"),
        pytest.param(stored(PN), [stored(LID)], NAMED, Twin.DUPLICATE, id="LID first, PN later"),
        pytest.param(stored(LID), [stored(PN)], [], Twin.DUPLICATE, id="nobody knows, equal bytes"),
        pytest.param(stored(LID, raw=b"x"), [stored(PN)], [], Twin.NEW, id="nobody knows, other bytes"),
        pytest.param(stored(LID, raw=b""), [stored(PN, raw=b"")], [], Twin.NEW, id="no bytes prove nothing"),
        pytest.param(stored(OTHER_LID), [stored(PN)], NAMED, Twin.NEW, id="known to be somebody else"),
        pytest.param(stored(OTHER), [stored(PN)], [], Twin.NEW, id="another number"),
        pytest.param(stored(GROUP, LID), [stored(GROUP, PN)], NAMED, Twin.DUPLICATE, id="group"),
        pytest.param(stored(GROUP, OTHER), [stored(GROUP, PN)], [], Twin.NEW, id="group, other sender"),
        pytest.param(stored(GROUP, PN), [stored(PN, PN)], [], Twin.NEW, id="group is not the direct chat"),
        pytest.param(stored(PN), [UNDECRYPTABLE], [], Twin.CONTENT_OF, id="content came"),
        pytest.param(UNDECRYPTABLE, [stored(PN)], [], Twin.DUPLICATE, id="content was first"),
        pytest.param(UNDECRYPTABLE, [UNDECRYPTABLE], [], Twin.DUPLICATE, id="content never came"),
    ],
)
def test_twins(arriving: Stored, here: list[Stored], names: list[tuple[str, str]], verdict: Twin) -> None:
    found, twin = find_twin(arriving, here, known(*names))
    assert found is verdict
    assert (twin is None) == (verdict is Twin.NEW)
