"""A chat in English went on in German after "3:30 am": "am" is a German word too."""

from holdfast.chauffeur.reading import language_of


def test_a_time_in_english_is_not_german() -> None:
    assert language_of("3:30 am", "en") == "en"
    assert language_of("3am", "en") == "en"
    assert language_of("am Montag um 3 Uhr", "en") == "de"
