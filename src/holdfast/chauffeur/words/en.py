"""What the bot says in English."""

from collections.abc import Mapping
from typing import Final

from holdfast.chauffeur.words.keys import Say

SENTENCES: Final[Mapping[Say, str]] = {
    Say.WELCOME: "Hello! This is {name}. I can book your ride; write “human” to talk to a person.",
    Say.ASK_PICKUP: "Where shall we pick you up? A place or a location pin is fine.",
    Say.ASK_DESTINATION: "Where do you want to go?",
    Say.ASK_DATE: "On which day?",
    Say.ASK_TIME: "At what time?",
    Say.ASK_RETURN_DATE: "On which day shall we drive you back?",
    Say.ASK_RETURN_TIME: "At what time shall we drive you back?",
    Say.ASK_PASSENGERS: "How many passengers?",
    Say.ASK_LUGGAGE: "How many pieces of luggage?",
    Say.ASK_CLASS: "Which vehicle? {classes}",
    Say.ASK_FLIGHT: "What is your flight number? Write “none” if you do not know it.",
    Say.ASK_NAME: "What name shall I write on the booking?",
    Say.QUOTE: (
        "{summary}\n\n{breakdown}\n*Total: {total}*{tax}\n\nShall I book it? Write “yes”, or "
        "what is to change."
    ),
    Say.QUOTE_CHANGE: (
        "{summary}\n\n{breakdown}\n*New total: {total}*{tax}\nFee for the change: "
        "{fee}\n\nShall I change booking {reference}? Write “yes”, or what else is to change."
    ),
    Say.TAX: " (includes {percent} % VAT: {vat})",
    Say.BOOKED: (
        "Thank you, your ride is booked. Reference: *{reference}*. We confirm it shortly. Write "
        "“change” or “cancel” at any time."
    ),
    Say.CHANGED: "Booking {reference} is changed.",
    Say.CANCELLED: "Booking {reference} is cancelled. Fee: {fee}.",
    Say.CONFIRM_CANCEL: ("Cancel booking {reference} ({summary})? The fee is {fee}. Write “yes” or “no”."),
    Say.KEPT: "Everything stays as it is.",
    Say.WHAT_TO_CHANGE: "What is to change? For example another time or another place.",
    Say.WHICH_BOOKING: "Which booking? Write its number.\n{options}",
    Say.YOUR_BOOKINGS: "Your bookings:\n{options}",
    Say.NO_BOOKING: "You have no booking with us at the moment.",
    Say.DROPPED: "Good, nothing is booked. Write to me whenever you need a ride.",
    Say.UNKNOWN_PLACE: (
        "I do not know the place “{said}”. Please write another name for it, or send a location pin."
    ),
    Say.WHICH_PLACE: "Which one do you mean? Write its number.\n{options}",
    Say.SAME_PLACE: "Pick-up and destination are the same place. Where do you want to go?",
    Say.PAST: "That is in the past. When shall we pick you up?",
    Say.TOO_SOON: ("That is too soon for us: we need {minutes} minutes. For something urgent write “human”."),
    Say.TOO_FAR: "That is too far ahead: we take bookings for the next {days} days.",
    Say.IMPOSSIBLE: ("That day or time does not exist. Please write it once more, as in 24.12. 18:30."),
    Say.CLOCKS_CHANGE: ("{time} does not exist on that day: the clocks are put forward. Which time instead?"),
    Say.TOO_MANY: (
        "Our largest vehicle takes {limit} passengers. For more, write “human”, and we find a way."
    ),
    Say.TOO_FEW: "A ride needs at least one passenger. How many are you?",
    Say.TOO_MUCH_LUGGAGE: (
        "With {passengers} passengers we take at most {limit} pieces of luggage in one vehicle."
    ),
    Say.TOO_SMALL: "{vehicle} is too small for that. {classes}",
    Say.TOO_MANY_SEATS: "There cannot be more child seats than passengers.",
    Say.RETURN_BEFORE: "The way back cannot begin before you have arrived. When shall we drive you back?",
    Say.UNKNOWN_VOUCHER: "I do not know the voucher {code}; I go on without it.",
    Say.VOUCHER_DOES_NOT_COUNT: "The voucher {code} does not count for this ride; I left it out.",
    Say.ONLY_TEXT: "I can read text and location pins, nothing else yet. Please write it to me.",
    Say.TOO_LONG: ("That is a little long for me. Please write it in a few words, or write “human”."),
    Say.NOT_UNDERSTOOD: "I did not understand that.",
    Say.HELP: (
        "Tell me in your own words, for example: “From the airport to the main station tomorrow "
        "at 6 pm, 2 people, 2 suitcases”. Write “change”, “cancel”, “my bookings”, “new” or "
        "“human” at any time."
    ),
    Say.HANDED_OVER: "A person takes over and answers you here.",
    Say.QUOTE_EXPIRED: "That price is no longer valid; here is the present one.",
    Say.NO_PRICE: "I cannot calculate a price for this ride. A person will answer you.",
    Say.NOT_CHANGEABLE: "Booking {reference} can no longer be changed here. Write “human”.",
    Say.REMINDER: "Reminder: your ride on {when}, pick-up at {pickup}. Reference {reference}.",
    Say.ACCEPTED: "Your booking {reference} is confirmed. We look forward to driving you.",
    Say.DECLINED: ("We are sorry: we cannot drive booking {reference}. It costs you nothing. {note}"),
    Say.PROPOSED: (
        "For booking {reference} we propose: {note}. Write “change” to take it over, or “cancel”."
    ),
    Say.CHANGED_BY_US: (
        "We have changed your booking {reference}. It is now:\n{summary}\n{total}, fees {fee}\nIf that does "
        "not suit you, write “change” or “cancel”. {note}"
    ),
    Say.CANCELLED_BY_US: "We have cancelled your booking {reference}. Fees: {fee}. {note}",
    Say.OPERATOR_NEW: (
        "New booking {reference}\n{summary}\n{total}\nAnswer: accept {reference}, decline "
        "{reference} <why>, propose {reference} <what>"
    ),
    Say.OPERATOR_CHANGED: (
        "Booking {reference} was changed by the customer\n{summary}\n{total}, fees "
        "{fee}\nAnswer: accept {reference}, decline {reference} <why>, propose {reference} "
        "<what>"
    ),
    Say.OPERATOR_CANCELLED: (
        "Booking {reference} was cancelled by the customer\n{summary}\n{total}, fees {fee}"
    ),
    Say.OPERATOR_ESTIMATE: ("Careful: the routing service gave no answer, so the distance is an estimate."),
    Say.OPERATOR_FULL: "Careful: every vehicle of this class is taken or promised at that time.",
    Say.OPERATOR_HUMAN: (
        "{name} ({phone}) asks for a person. The bot is silent in that chat until you give it back."
    ),
    Say.OPERATOR_DONE: "Booking {reference} is now {status}.",
    Say.OPERATOR_REFUSED: "That was not done: {why}.",
    Say.NOT_DONE: "That could not be done just now: a person will look at it.",
    Say.DEPOSIT: "To secure the ride we ask for a deposit of {amount}: {how}",
    Say.LINE_BASE: "Base fare",
    Say.LINE_DISTANCE: "Distance, {quantity} km",
    Say.LINE_DURATION: "Driving time, {quantity} min",
    Say.LINE_MINIMUM: "Up to the minimum fare",
    Say.LINE_FIXED_ROUTE: "Fixed price, {name}",
    Say.LINE_SURCHARGE: "Surcharge, {name}",
    Say.LINE_RETURN_DISCOUNT: "Discount for the way back",
    Say.LINE_STOPS: "Stops: {quantity}",
    Say.LINE_WAITING: "Waiting, {quantity} min",
    Say.LINE_CHILD_SEATS: "Child seats: {quantity}",
    Say.LINE_AIRPORT_PICKUP: "Airport fee",
    Say.LINE_AIRPORT_DROPOFF: "Airport fee",
    Say.LINE_VOUCHER: "Voucher {name}",
    Say.LINE_ROUNDING: "Rounding",
    Say.LINE_VAT: "VAT {quantity} %",
    Say.VIA: "via {places}",
    Say.WAY_BACK: "Way back: {when}",
    Say.PEOPLE: "Passengers: {passengers}, luggage: {luggage}",
    Say.FLIGHT: "Flight {flight}",
    Say.FOR_NAME: "Name: {name}",
}
