"""What a folder's name in quarantine tells."""

import pytest

from holdfast.engine import Folder
from holdfast.kit.ids import made_at_ms, new_id
from holdfast.model.ids import SessionId
from holdfast.vault import Away, Quarantined
from holdfast.vault.quarantine import KEPT_FOR_MS, expired, name_of, read

NUMBER = "4915100000001"


def seen(name: str) -> Quarantined:
    return read(Folder(name, b"w", 1), lambda wrapped: SessionId("ses_1"))


@pytest.mark.parametrize("away", Away)
def test_a_name_tells_number_reason_and_time(away: Away) -> None:
    unique = new_id("q").removeprefix("q_")
    found = seen(name_of(NUMBER, away, unique))
    assert (found.number, found.why, found.since_ms) == (NUMBER, away, made_at_ms(unique))
    assert found.session_id == "ses_1"


def test_what_an_earlier_version_put_away_is_understood() -> None:
    found = seen(f"{NUMBER}-{new_id('q').removeprefix('q_')}")
    assert (found.number, found.why) == (NUMBER, None)
    assert found.since_ms is not None


def test_what_a_pairing_left_has_no_number() -> None:
    found = seen(name_of(".pairing-ses_1", Away.GIVEN_UP, new_id("q").removeprefix("q_")))
    assert (found.number, found.why) == ("", Away.GIVEN_UP)


def test_it_is_kept_for_thirty_days_and_what_has_no_time_for_ever() -> None:
    found = seen(name_of(NUMBER, Away.DAMAGED, new_id("q").removeprefix("q_")))
    assert found.since_ms is not None
    assert not expired(found, found.since_ms + KEPT_FOR_MS - 1)
    assert expired(found, found.since_ms + KEPT_FOR_MS)
    by_hand = seen("my-own-copy")
    assert by_hand.until_ms is None
    assert not expired(by_hand, 10**15)


def test_no_id_has_no_time() -> None:
    assert made_at_ms("") is None
    assert made_at_ms("u" * 26) is None
