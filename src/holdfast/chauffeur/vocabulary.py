"""Words that customers use, by language. Tables only, compared without case and accents."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from holdfast.chauffeur.service import Language


class Intent(StrEnum):
    """What a whole message, or its first words, may stand for."""

    YES = "yes"
    NO = "no"
    CANCEL = "cancel"
    CHANGE = "change"
    LIST = "list"
    NEW = "new"
    HUMAN = "human"
    HELP = "help"


#: One character for one, so that positions in the plain text are positions in the text.
def plain(text: str) -> str:
    """Lower case without accents, of the same length."""
    return "".join(_plain(it) for it in text)


def _plain(char: str) -> str:
    base = unicodedata.normalize("NFKD", char)[0].lower()
    return base if len(base) == 1 else base[0]


INTENTS: Final[Mapping[Intent, str]] = {
    Intent.YES: r"yes|yep|yeah|ok|okay|confirm|confirmed|yes please|please do|book it|sounds good|perfect"
    r"|ja|jawohl|ja bitte|gerne|passt|buchen|bitte buchen|einverstanden|bestatigen"
    r"|sim|sim por favor|confirmo|pode ser|pode reservar|claro|certo|reservar"
    r"|si|si por favor|vale|de acuerdo|confirmar|adelante|reserva|👍|✅",
    Intent.NO: r"no|nope|no thanks|not yet|nein|nein danke|nao|nao obrigado|no gracias|👎",
    Intent.CANCEL: r"/?cancel|cancel (?:my|the|this)? ?(?:booking|ride|trip)|i (?:want|need|would like) to cancel.*"
    r"|stornieren|storno|absagen|(?:ich )?(?:mochte|will|muss) (?:meine |die )?(?:fahrt|buchung)? ?(?:stornieren|absagen)"
    r"|cancelar|(?:quero|preciso(?: de)?|gostaria de|quiero|necesito) (?:cancelar|anular).*|cancelar (?:a|la|mi|minha) .*|anular",
    Intent.CHANGE: r"/?change|change (?:my|the|this)? ?(?:booking|ride|trip)|i (?:want|need|would like) to change.*|modify"
    r"|andern|umbuchen|buchung andern|fahrt andern|(?:ich )?(?:mochte|will|muss) (?:meine |die )?(?:fahrt|buchung)? ?(?:andern|umbuchen)"
    r"|alterar|mudar|modificar|cambiar|(?:quero|preciso(?: de)?|gostaria de|quiero|necesito) (?:alterar|mudar|modificar|cambiar).*"
    r"|(?:alterar|mudar|cambiar|modificar) (?:a|la|mi|minha) .*",
    Intent.LIST: r"/?bookings|my bookings|show my bookings|my rides|meine buchungen|buchungen|meine fahrten"
    r"|minhas reservas|as minhas reservas|reservas|mis reservas",
    Intent.NEW: r"/?new|start over|restart|reset|new (?:booking|ride)|von vorn|neu|neue (?:buchung|fahrt)|neustart"
    r"|recomecar|nova reserva|nueva reserva|empezar de nuevo|reiniciar",
    Intent.HUMAN: r"/?human|agent|operator|(?:talk|speak) to (?:a|an) (?:human|person|agent|operator)|mensch|mitarbeiter"
    r"|(?:mit )?(?:einem|einen) (?:menschen|mitarbeiter)(?: sprechen)?|atendente|humano|falar com (?:uma pessoa|um atendente|alguem)"
    r"|persona|agente|hablar con (?:una persona|un agente|alguien)",
    Intent.HELP: r"/?help|/?start|hilfe|ajuda|ayuda|\?",
}

#: Words that tell the language of a message; one that two languages share stands in neither list.
MARKS: Final[Mapping[Language, str]] = {
    "en": r"the|i|i'd|i'm|my|need|want|would|like|please|ride|from|to|at|on|tomorrow|today|hello|hi|good|morning|evening|we"
    r"|are|is|and|with|people|passengers|suitcases?|bags?|book|yes|pm|airport|for|next",
    "de": r"ich|der|die|das|den|dem|ein|eine|einen|mochte|brauche|bitte|fahrt|von|vom|nach|zum|zur|um|uhr|morgen|heute|hallo"
    r"|guten|tag|wir|sind|und|mit|personen|koffer|buchen|ja|nein|flughafen|fur|am|ubermorgen|danke",
    "pt": r"eu|preciso|quero|gostaria|uma?|do|da|ao|as|ate|amanha|hoje|ola|bom|boa|dia|tarde|nos|somos|e|com|pessoas"
    r"|passageiros|malas?|reservar|sim|nao|aeroporto|obrigad[oa]|voo|depois|corrida|viagem|noite",
    "es": r"yo|necesito|quiero|quisiera|una?|del|al|las|hasta|desde|manana|hoy|hola|buenos|buenas|dias|tardes|nosotros|somos|y"
    r"|con|personas|pasajeros|maletas?|si|aeropuerto|gracias|vuelo|pasado|viaje|coche|el|la|los",
}

FROM: Final[Mapping[Language, str]] = {
    "en": r"from|pick(?: me| us)? up (?:at|from|in)|starting (?:at|from)",
    "de": r"von|vom|ab|aus|abholung (?:am|an|bei|in)",
    "pt": r"de|do|da|desde|saindo d[eoa]|partindo d[eoa]",
    "es": r"desde el|desde la|desde|del|de la|de|saliendo de|recogida en",
}
TO: Final[Mapping[Language, str]] = {
    "en": r"to the|to",
    "de": r"nach|zum|zur|zu|bis zum|bis",
    "pt": r"para o|para a|para|ate o|ate a|ate|ao|a",
    "es": r"hasta el|hasta la|hasta|al|a la|a|para",
}
VIA: Final[Mapping[Language, str]] = {
    "en": r"via|stopping at|with a stop (?:at|in)|stop(?:ping)? (?:at|in)|through",
    "de": r"uber|via|mit (?:einem )?(?:zwischen)?(?:stopp|halt) (?:am|an|bei|in)",
    "pt": r"via|passando p(?:or|elo|ela)|com (?:uma )?paragem em|com (?:uma )?parada em|parando em",
    "es": r"via|pasando por|con (?:una )?parada en|parando en",
}

NUMBERS: Final[Mapping[str, int]] = {
    **{
        "a": 1,
        "an": 1,
        "one": 1,
        "two": 2,
        "three": 3,
        "four": 4,
        "five": 5,
        "six": 6,
        "seven": 7,
        "eight": 8,
    },
    **{"no": 0, "zero": 0, "none": 0, "nothing": 0, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12},
    **{"ein": 1, "eine": 1, "einen": 1, "eins": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6},
    **{
        "sieben": 7,
        "acht": 8,
        "neun": 9,
        "zehn": 10,
        "elf": 11,
        "zwolf": 12,
        "kein": 0,
        "keine": 0,
        "keinen": 0,
    },
    **{"um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7},
    **{"oito": 8, "nove": 9, "dez": 10, "nenhum": 0, "nenhuma": 0, "sem": 0},
    **{"un": 1, "una": 1, "uno": 1, "dos": 2, "cuatro": 4, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10},
    **{"ninguno": 0, "ninguna": 0, "sin": 0},
}
NUMBER: Final = r"(?P<n>\d{1,4}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"

#: A number that is an article where a noun follows: "a helicopter" is no 1.
ARTICLE: Final = r"(?:an?|uma?|una?|eine?n?)(?=\s+(?!and\b|und\b|e\b|y\b)[a-z])"
#: The answer to a numbered list.
CHOICE: Final = (
    r"(?:(?:number|option|nummer|numero|opcao|opcion|nr)\.? )?"
    + NUMBER
    + r"(?:,? (?:please|bitte|por favor))?"
)

#: "wait 30 minutes", "30 Minuten Wartezeit": in that order, or the other.
_MINUTES: Final = r"(?P<unit>min(?:ute[ns]?|utos?)?|h(?:ours?|oras?)?|stunden?)"
_WAIT: Final = r"(?:wait(?:ing)?(?: time| for)?|warten|wartezeit|esperar|(?:tempo de |tiempo de )?espera)"
WAITING: Final = (
    rf"\b{_WAIT}(?:\s+(?:of|for|von|de|us))?\s*:?\s+{NUMBER}\s*{_MINUTES}\b",
    rf"\b{NUMBER}\s*{_MINUTES}\s+(?:of |de )?{_WAIT}\b",
)
#: A way back is not wanted, or no more.
ONE_WAY: Final = (
    r"\b(?:one[ -]?way|no return|without (?:a )?return|no way back|(?:nur )?hinfahrt|einfache fahrt|(?:keine|ohne) ruckfahrt"
    r"|so ida|sem (?:volta|regresso)|solo ida|sin (?:vuelta|regreso))\b"
)
#: Both ways at once: a time that follows is that of the way there.
ROUND_TRIP: Final = r"\b(?:there and back|round[ -]?trip|hin und (?:zuruck|her)|ida e volta|ida y vuelta)\b"
#: The way back, and when it is.
WAY_BACK: Final = (
    r"\b(?:(?:and )?back(?: again)?|return(?:ing)?(?: trip| ride| journey| transfer)?"
    r"|(?:und )?(?:wieder )?zuruck|(?:(?:mit )?(?:der |die )?)ruck(?:fahrt|weg)"
    r"|(?:viagem de |e )?(?:a |de )?(?:volta|regresso|retorno)|(?:viaje de |y )?(?:la |de )?(?:vuelta|regreso))"
    r"(?=:?\s+(?:(?:at|on|by|the same|next|in the|tomorrow|today|tonight|um|am|gegen|ab|morgen|ubermorgen|heute"
    r"|as|a las?|a eso|el|em|na|no (?:mesmo )?dia|no (?:sabado|domingo)|amanha|hoje|depois de|manana|hoy|pasado"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
    r"|segunda|terca|quarta|quinta|sexta|sabado|domingo|lunes|martes|miercoles|jueves|viernes|noon|midnight)\b|\d))"
)
#: The same where the time comes first, as German has it: "und um 18 Uhr zurück".
BACK_AFTER: Final = (
    r"(?:\bund |, ?)(?P<when>(?:am|um|gegen|ab|heute|morgen|ubermorgen|abends|nachmittags|mittags|nachts)\b"
    r"(?:(?!\bund\b)[^\x00,;!?\n])*?) (?:wieder )?zuruck\b"
)
#: The way back, with nothing about its time.
AND_BACK: Final = (
    r"\b(?:and back(?: again)?|return (?:trip|ride|journey|transfer)|(?:und |mit )?(?:eine )?ruck(?:fahrt|weg)"
    r"|und (?:wieder )?zuruck|viagem de (?:volta|regresso)|e (?:de )?(?:volta|regresso)|viaje de (?:vuelta|regreso)"
    r"|y (?:de )?(?:vuelta|regreso)|com (?:volta|regresso)|con (?:vuelta|regreso))\b"
)

PEOPLE: Final = (
    r"persons?|people|passengers?|pax|adults?|guests?|personen|leute|passagiere?|fahrgaste|erwachsene|pessoas?"
    r"|passageiros?|adultos?|personas?|pasajeros?"
)
LUGGAGE: Final = (
    r"(?:pieces? of )?luggage|suitcases?|cases?|bags?|baggage|koffer|gepackstucke?|taschen?|gepack|malas?|bagagens?"
    r"|volumes?|maletas?|equipajes?|bultos?"
)
CHILD_SEATS: Final = (
    r"(?:child|baby|booster|kids?) ?seats?|kindersitze?|babyschalen?|sitzerhohung(?:en)?|cadeirinhas?|cadeiras? de crianca"
    r"|sillitas?|sillas? (?:de|para) ninos?|asientos? infantil(?:es)?"
)
#: "just me", "wir sind zu dritt": how many people, in words that name no people.
ALONE: Final = r"just me|only me|alone|nur ich|allein|so eu|sozinh[oa]|solo yo"
WE_ARE: Final = r"we are|we're|there are|us|wir sind(?: zu)?|somos|vamos"
NAME: Final = r"my name is|name is|ich heisse|ich heiße|mein name ist|meu nome e|o meu nome e|chamo-me|me llamo|mi nombre es"
REMARKS: Final = (
    r"remarks?|notes?|bemerkung(?:en)?|hinweis|observac(?:ao|oes)|nota|observacion(?:es)?|comentario"
)
FLIGHT: Final = r"flight(?: number)?|flug(?:nummer)?|voo|vuelo|numero de voo|numero de vuelo"
VOUCHER: Final = r"voucher|promo ?code|code|gutschein(?:code)?|cupom|cupao|cupon|codigo"
NONE: Final = r"no|none|nothing|no flight|not yet|i don'?t know|nein|keine?|keiner|kein flug|weiss nicht|weiß nicht|nao|nenhum|nenhuma|nao sei|ninguno|ninguna|no se|sin vuelo|-"
SKIP_ALL: Final = re.compile(rf"(?:{NONE})[.!]?")
