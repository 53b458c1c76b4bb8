"""Which language a browser is answered in, and what is said in it."""

from pathlib import Path

import pytest
from dashboard_values import made_session
from starlette.requests import HTTPConnection

from holdfast.dashboard import doors, meaning
from holdfast.dashboard.language import ENGLISH, LANGUAGES, PSEUDO, _, ngettext, preferred, speaking
from holdfast.dashboard.reading import Chosen, language_of
from holdfast.dashboard.views import card
from holdfast.model.errors import HoldfastError, NameTaken
from holdfast.model.reasons import Reason

GERMAN = LANGUAGES["de"]


def browser(accepted: str = "", chosen: str = "") -> HTTPConnection:
    headers = [(b"accept-language", accepted.encode()), (b"cookie", f"holdfast_language={chosen}".encode())]
    return HTTPConnection({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("fr-FR,fr;q=0.9,en;q=0.3,de;q=0.7", "de"),
        ("en-US,de;q=0.9", "en"),
        ("de;q=0,en", "en"),
        ("fr", "en"),
        ("pt-PT", "pt-BR"),
        ("es-MX,es;q=0.9", "es"),
        ("*", "en"),
        ("", "en"),
        (";;,q=x;q=y,de;q=much", "en"),
        ("en-XA", "en-XA"),
    ],
)
def test_the_browser_says_what_it_likes(accepted: str, code: str) -> None:
    assert preferred(accepted).code == code
    assert language_of(browser(accepted)).code == code


def test_what_was_chosen_counts_more() -> None:
    assert language_of(browser("en-US", chosen="de")) is GERMAN
    assert language_of(browser("de", chosen="en")) is ENGLISH
    assert language_of(browser("de", chosen="klingon")) is GERMAN


def test_a_users_choice_outlives_the_process(tmp_path: Path) -> None:
    kept = tmp_path / "run" / "languages.json"
    Chosen(kept).choose("usr_1", GERMAN)
    assert Chosen(kept).of("usr_1") is GERMAN
    assert Chosen(kept).of("usr_2") is None
    for broken in ("", "[]", '{"usr_1": 3}', '{"usr_1": "klingon"}'):
        kept.write_text(broken)
        assert Chosen(kept).of("usr_1") is None


def test_a_choice_that_cannot_be_kept_holds_until_the_end(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where the folder would be")
    chosen = Chosen(tmp_path / "run" / "languages.json")
    chosen.choose("usr_1", GERMAN)
    assert chosen.of("usr_1") is GERMAN


def test_sentences_have_their_values_and_their_number() -> None:
    with speaking(GERMAN):
        assert _("Log out %(number)s?", number="+49 30 1") == "+49 30 1 abmelden?"
        said = [
            ngettext("%(num)s message to be sent.", "%(num)s messages to be sent.", it) for it in (1, 1200)
        ]
        assert said == [
            "1 Nachricht wartet auf den Versand.",
            "1.200 Nachrichten warten auf den Versand.",
        ]
        assert _("no catalogue has this") == "no catalogue has this"
        assert _("") == ""
    with speaking(PSEUDO):
        assert _("Log out") == "⟦Log out⟧"
    assert _("Log out") == "Log out"


def test_a_page_says_in_which_language_it_is() -> None:
    with speaking(GERMAN):
        page = bytes(doors.log_in_form().body).decode()
    assert '<html lang="de">' in page
    assert ">Passwort</label>" in page
    assert '<option value="de" lang="de" selected>Deutsch</option>' in page


def test_codes_are_translated_and_not_what_the_gateway_says() -> None:
    body = {"reason": "banned", "code": 104, "sentence": "Whatever.", "next_step": "Whatever."}
    with speaking(GERMAN):
        view = card(made_session(state="banned", color="red", **body), reachable=True)
        assert (view["word"], view["next_step"].partition(",")[0]) == (
            "Gesperrt",
            "Öffnen Sie WhatsApp auf dem Telefon",
        )
        assert view["sentence"] == (
            "WhatsApp hat diese Nummer auf Zeit gesperrt: dieselbe Nachricht an zu viele Menschen (Code 104)."
        )
        newer = card(
            made_session(state="failed", color="red", **body | {"reason": "moonstruck"}), reachable=True
        )
        assert (newer["sentence"], newer["next_step"]) == ("Whatever.", "Whatever.")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_said_in_every_language(reason: Reason) -> None:
    english = meaning.reason(reason).sentence
    for language in LANGUAGES.values():
        with speaking(language):
            said = meaning.reason(reason).sentence
            assert said.endswith(".")
            assert (said == english) is (language is ENGLISH)


def test_what_was_refused_is_said_by_its_code_and_its_details_beside_it() -> None:
    with speaking(GERMAN):
        assert meaning.refusal(NameTaken()).startswith(
            "Eine andere Sitzung hat diesen Namen. Nächster Schritt:"
        )
        detailed = meaning.refusal(NameTaken("“taxi” is taken", next_step="Choose another name."))
        assert detailed.startswith(
            "Eine andere Sitzung hat diesen Namen (“taxi” is taken). Nächster Schritt:"
        )
        ours = HoldfastError("There is nothing to send", next_step="Write something first.")
        assert (
            meaning.refusal(ours) == "Es gibt nichts zu senden. Nächster Schritt: Schreiben Sie zuerst etwas."
        )
    assert meaning.refusal(NameTaken("“taxi” is taken")) == "“taxi” is taken. Next step: choose another name."
