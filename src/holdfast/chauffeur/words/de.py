"""What the bot says in German."""

from collections.abc import Mapping
from typing import Final

from holdfast.chauffeur.words.keys import Say

SENTENCES: Final[Mapping[Say, str]] = {
    Say.WELCOME: (
        "Hallo! Hier ist {name}. Ich buche Ihre Fahrt; schreiben Sie „Mensch“, um mit einem "
        "Menschen zu sprechen."
    ),
    Say.ASK_PICKUP: "Wo dürfen wir Sie abholen? Ein Ort oder ein Standort genügt.",
    Say.ASK_DESTINATION: "Wohin möchten Sie fahren?",
    Say.ASK_DATE: "An welchem Tag?",
    Say.ASK_TIME: "Um wie viel Uhr?",
    Say.ASK_RETURN_DATE: "An welchem Tag dürfen wir Sie zurückfahren?",
    Say.ASK_RETURN_TIME: "Um wie viel Uhr dürfen wir Sie zurückfahren?",
    Say.ASK_PASSENGERS: "Wie viele Personen?",
    Say.ASK_LUGGAGE: "Wie viele Gepäckstücke?",
    Say.ASK_CLASS: "Welches Fahrzeug? {classes}",
    Say.ASK_FLIGHT: "Wie ist Ihre Flugnummer? Schreiben Sie „keine“, wenn Sie sie nicht wissen.",
    Say.ASK_NAME: "Auf welchen Namen darf ich buchen?",
    Say.QUOTE: (
        "{summary}\n\n{breakdown}\n*Gesamt: {total}*{tax}\n\nSoll ich buchen? Schreiben Sie "
        "„ja“ oder was sich ändern soll."
    ),
    Say.QUOTE_CHANGE: (
        "{summary}\n\n{breakdown}\n*Neuer Gesamtpreis: {total}*{tax}\nGebühr für die Änderung: "
        "{fee}\n\nSoll ich Buchung {reference} ändern? Schreiben Sie „ja“ oder was sich noch "
        "ändern soll."
    ),
    Say.TAX: " (inkl. {percent} % MwSt.: {vat})",
    Say.BOOKED: (
        "Danke, Ihre Fahrt ist gebucht. Buchungsnummer: *{reference}*. Wir bestätigen sie in "
        "Kürze. Schreiben Sie jederzeit „ändern“ oder „stornieren“."
    ),
    Say.CHANGED: "Buchung {reference} ist geändert.",
    Say.CANCELLED: "Buchung {reference} ist storniert. Gebühr: {fee}.",
    Say.CONFIRM_CANCEL: (
        "Buchung {reference} ({summary}) stornieren? Die Gebühr beträgt {fee}. Schreiben Sie "
        "„ja“ oder „nein“."
    ),
    Say.KEPT: "Alles bleibt, wie es ist.",
    Say.WHAT_TO_CHANGE: ("Was soll sich ändern? Zum Beispiel eine andere Uhrzeit oder ein anderer Ort."),
    Say.WHICH_BOOKING: "Welche Buchung? Schreiben Sie ihre Nummer.\n{options}",
    Say.YOUR_BOOKINGS: "Ihre Buchungen:\n{options}",
    Say.NO_BOOKING: "Sie haben im Moment keine Buchung bei uns.",
    Say.DROPPED: "Gut, es ist nichts gebucht. Schreiben Sie mir, wenn Sie eine Fahrt brauchen.",
    Say.UNKNOWN_PLACE: (
        "Den Ort „{said}“ kenne ich nicht. Bitte nennen Sie ihn anders oder senden Sie einen Standort."
    ),
    Say.WHICH_PLACE: "Welchen Ort meinen Sie? Schreiben Sie die Nummer.\n{options}",
    Say.SAME_PLACE: "Abholort und Ziel sind derselbe Ort. Wohin möchten Sie fahren?",
    Say.PAST: "Das liegt in der Vergangenheit. Wann dürfen wir Sie abholen?",
    Say.TOO_SOON: (
        "Das ist zu kurzfristig: Wir brauchen {minutes} Minuten. Wenn es eilt, schreiben Sie „Mensch“."
    ),
    Say.TOO_FAR: "Das ist zu weit voraus: Wir nehmen Buchungen für die nächsten {days} Tage an.",
    Say.IMPOSSIBLE: (
        "Diesen Tag oder diese Uhrzeit gibt es nicht. Bitte noch einmal, zum Beispiel 24.12. 18:30."
    ),
    Say.CLOCKS_CHANGE: (
        "{time} gibt es an diesem Tag nicht: Die Uhr wird vorgestellt. Welche Uhrzeit stattdessen?"
    ),
    Say.TOO_MANY: (
        "Unser größtes Fahrzeug hat {limit} Plätze. Für mehr schreiben Sie „Mensch“, wir finden einen Weg."
    ),
    Say.TOO_FEW: "Eine Fahrt braucht mindestens eine Person. Wie viele sind Sie?",
    Say.TOO_MUCH_LUGGAGE: (
        "Mit {passengers} Personen nehmen wir in einem Fahrzeug höchstens {limit} Gepäckstücke mit."
    ),
    Say.TOO_SMALL: "{vehicle} ist dafür zu klein. {classes}",
    Say.TOO_MANY_SEATS: "Es kann nicht mehr Kindersitze als Personen geben.",
    Say.RETURN_BEFORE: (
        "Die Rückfahrt kann nicht beginnen, bevor Sie angekommen sind. Wann dürfen wir Sie zurückfahren?"
    ),
    Say.UNKNOWN_VOUCHER: "Den Gutschein {code} kenne ich nicht; ich mache ohne ihn weiter.",
    Say.VOUCHER_DOES_NOT_COUNT: (
        "Der Gutschein {code} gilt für diese Fahrt nicht; ich habe ihn weggelassen."
    ),
    Say.ONLY_TEXT: ("Ich kann Text und Standorte lesen, sonst noch nichts. Bitte schreiben Sie es mir."),
    Say.TOO_LONG: ("Das ist etwas lang für mich. Bitte in wenigen Worten, oder schreiben Sie „Mensch“."),
    Say.NOT_UNDERSTOOD: "Das habe ich nicht verstanden.",
    Say.HELP: (
        "Schreiben Sie mir einfach, zum Beispiel: „Vom Flughafen zum Hauptbahnhof morgen um 18 "
        "Uhr, 2 Personen, 2 Koffer“. Jederzeit gehen auch „ändern“, „stornieren“, „meine "
        "Buchungen“, „neu“ und „Mensch“."
    ),
    Say.HANDED_OVER: "Ein Mensch übernimmt und antwortet Ihnen hier.",
    Say.QUOTE_EXPIRED: "Dieser Preis gilt nicht mehr; hier ist der aktuelle.",
    Say.NO_PRICE: "Für diese Fahrt kann ich keinen Preis berechnen. Ein Mensch antwortet Ihnen.",
    Say.NOT_CHANGEABLE: ("Buchung {reference} lässt sich hier nicht mehr ändern. Schreiben Sie „Mensch“."),
    Say.REMINDER: ("Erinnerung: Ihre Fahrt am {when}, Abholung: {pickup}. Buchungsnummer {reference}."),
    Say.ACCEPTED: "Ihre Buchung {reference} ist bestätigt. Wir freuen uns auf Sie.",
    Say.DECLINED: (
        "Es tut uns leid: Wir können Buchung {reference} nicht fahren. Es entstehen keine Kosten. {note}"
    ),
    Say.PROPOSED: (
        "Für Buchung {reference} schlagen wir vor: {note}. Schreiben Sie „ändern“, um es zu "
        "übernehmen, oder „stornieren“."
    ),
    Say.CHANGED_BY_US: (
        "Wir haben Ihre Buchung {reference} geändert. Sie lautet jetzt:\n{summary}\n{total}, Gebühren {fee}\n"
        "Passt Ihnen das nicht, schreiben Sie „ändern“ oder „stornieren“. {note}"
    ),
    Say.CANCELLED_BY_US: "Wir haben Ihre Buchung {reference} storniert. Gebühren: {fee}. {note}",
    Say.OPERATOR_NEW: (
        "Neue Buchung {reference}\n{summary}\n{total}\nAntwort: accept {reference}, decline "
        "{reference} <Grund>, propose {reference} <Vorschlag>"
    ),
    Say.OPERATOR_CHANGED: (
        "Buchung {reference} wurde vom Kunden geändert\n{summary}\n{total}, Gebühren "
        "{fee}\nAntwort: accept {reference}, decline {reference} <Grund>, propose {reference} "
        "<Vorschlag>"
    ),
    Say.OPERATOR_CANCELLED: (
        "Buchung {reference} wurde vom Kunden storniert\n{summary}\n{total}, Gebühren {fee}"
    ),
    Say.OPERATOR_ESTIMATE: ("Achtung: Der Routendienst hat nicht geantwortet, die Strecke ist geschätzt."),
    Say.OPERATOR_FULL: ("Achtung: Alle Fahrzeuge dieser Klasse sind zu dieser Zeit vergeben oder zugesagt."),
    Say.OPERATOR_HUMAN: (
        "{name} ({phone}) möchte mit einem Menschen sprechen. Der Bot schweigt in diesem Chat, "
        "bis Sie ihn zurückgeben."
    ),
    Say.OPERATOR_DONE: "Buchung {reference} ist jetzt {status}.",
    Say.OPERATOR_REFUSED: "Das ging nicht: {why}.",
    Say.NOT_DONE: "Das ging gerade nicht: Ein Mensch sieht es sich an.",
    Say.DEPOSIT: "Zur Sicherung der Fahrt bitten wir um eine Anzahlung von {amount}: {how}",
    Say.LINE_BASE: "Grundpreis",
    Say.LINE_DISTANCE: "Strecke, {quantity} km",
    Say.LINE_DURATION: "Fahrzeit, {quantity} min",
    Say.LINE_MINIMUM: "Bis zum Mindestpreis",
    Say.LINE_FIXED_ROUTE: "Festpreis, {name}",
    Say.LINE_SURCHARGE: "Zuschlag, {name}",
    Say.LINE_RETURN_DISCOUNT: "Rabatt für die Rückfahrt",
    Say.LINE_STOPS: "Zwischenhalte: {quantity}",
    Say.LINE_WAITING: "Wartezeit, {quantity} min",
    Say.LINE_CHILD_SEATS: "Kindersitze: {quantity}",
    Say.LINE_AIRPORT_PICKUP: "Flughafengebühr",
    Say.LINE_AIRPORT_DROPOFF: "Flughafengebühr",
    Say.LINE_VOUCHER: "Gutschein {name}",
    Say.LINE_ROUNDING: "Rundung",
    Say.LINE_VAT: "MwSt. {quantity} %",
    Say.VIA: "über {places}",
    Say.WAY_BACK: "Rückfahrt: {when}",
    Say.PEOPLE: "Personen: {passengers}, Gepäck: {luggage}",
    Say.FLIGHT: "Flug {flight}",
    Say.FOR_NAME: "Name: {name}",
}
