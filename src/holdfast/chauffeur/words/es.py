"""What the bot says in Spanish."""

from collections.abc import Mapping
from typing import Final

from holdfast.chauffeur.words.keys import Say

SENTENCES: Final[Mapping[Say, str]] = {
    Say.WELCOME: (
        "¡Hola! Somos {name}. Puedo reservar su viaje; escriba “persona” para hablar con una persona."
    ),
    Say.ASK_PICKUP: "¿Dónde le recogemos? Un lugar o una ubicación está bien.",
    Say.ASK_DESTINATION: "¿A dónde desea ir?",
    Say.ASK_DATE: "¿Qué día?",
    Say.ASK_TIME: "¿A qué hora?",
    Say.ASK_RETURN_DATE: "¿Qué día es la vuelta?",
    Say.ASK_RETURN_TIME: "¿A qué hora es la vuelta?",
    Say.ASK_PASSENGERS: "¿Cuántos pasajeros?",
    Say.ASK_LUGGAGE: "¿Cuántas maletas?",
    Say.ASK_CLASS: "¿Qué vehículo? {classes}",
    Say.ASK_FLIGHT: "¿Cuál es su número de vuelo? Escriba “ninguno” si no lo sabe.",
    Say.ASK_NAME: "¿A nombre de quién hago la reserva?",
    Say.QUOTE: (
        "{summary}\n\n{breakdown}\n*Total: {total}*{tax}\n\n¿Lo reservo? Escriba “sí”, o lo que deba cambiar."
    ),
    Say.QUOTE_CHANGE: (
        "{summary}\n\n{breakdown}\n*Nuevo total: {total}*{tax}\nCargo por el cambio: "
        "{fee}\n\n¿Cambio la reserva {reference}? Escriba “sí”, o qué más debe cambiar."
    ),
    Say.TAX: " (incluye {percent} % de IVA: {vat})",
    Say.BOOKED: (
        "Gracias, su viaje está reservado. Referencia: *{reference}*. Se lo confirmamos en "
        "breve. Escriba “cambiar” o “cancelar” cuando quiera."
    ),
    Say.CHANGED: "La reserva {reference} está cambiada.",
    Say.CANCELLED: "La reserva {reference} está cancelada. Cargo: {fee}.",
    Say.CONFIRM_CANCEL: (
        "¿Cancelar la reserva {reference} ({summary})? El cargo es {fee}. Escriba “sí” o “no”."
    ),
    Say.KEPT: "Todo queda como está.",
    Say.WHAT_TO_CHANGE: "¿Qué debe cambiar? Por ejemplo otra hora u otro lugar.",
    Say.WHICH_BOOKING: "¿Qué reserva? Escriba su número.\n{options}",
    Say.YOUR_BOOKINGS: "Sus reservas:\n{options}",
    Say.NO_BOOKING: "En este momento no tiene ninguna reserva con nosotros.",
    Say.DROPPED: "Bien, no se ha reservado nada. Escríbame cuando necesite un viaje.",
    Say.UNKNOWN_PLACE: "No conozco el lugar “{said}”. Escriba otro nombre o envíe una ubicación.",
    Say.WHICH_PLACE: "¿Cuál de ellos? Escriba el número.\n{options}",
    Say.SAME_PLACE: "La recogida y el destino son el mismo lugar. ¿A dónde desea ir?",
    Say.PAST: "Esa fecha ya ha pasado. ¿Cuándo le recogemos?",
    Say.TOO_SOON: ("Es demasiado pronto: necesitamos {minutes} minutos. Si es urgente, escriba “persona”."),
    Say.TOO_FAR: "Es demasiado lejos: aceptamos reservas para los próximos {days} días.",
    Say.IMPOSSIBLE: "Ese día o esa hora no existe. Escríbalo otra vez, por ejemplo 24/12 18:30.",
    Say.CLOCKS_CHANGE: "Las {time} no existe ese día: se adelanta el reloj. ¿Qué otra hora?",
    Say.TOO_MANY: ("Nuestro vehículo más grande lleva {limit} pasajeros. Para más, escriba “persona”."),
    Say.TOO_FEW: "Un viaje necesita al menos un pasajero. ¿Cuántos son?",
    Say.TOO_MUCH_LUGGAGE: ("Con {passengers} pasajeros llevamos como máximo {limit} maletas en un vehículo."),
    Say.TOO_SMALL: "{vehicle} es demasiado pequeño. {classes}",
    Say.TOO_MANY_SEATS: "No puede haber más sillitas que pasajeros.",
    Say.RETURN_BEFORE: "La vuelta no puede empezar antes de la llegada. ¿Cuándo es la vuelta?",
    Say.UNKNOWN_VOUCHER: "No conozco el cupón {code}; sigo sin él.",
    Say.VOUCHER_DOES_NOT_COUNT: "El cupón {code} no vale para este viaje; lo he quitado.",
    Say.ONLY_TEXT: "Solo puedo leer texto y ubicaciones. Por favor, escríbamelo.",
    Say.TOO_LONG: "Es un poco largo para mí. Escríbalo en pocas palabras, o “persona”.",
    Say.NOT_UNDERSTOOD: "No lo he entendido.",
    Say.HELP: (
        "Escríbame como quiera, por ejemplo: “Del aeropuerto a la estación mañana a las 18:00, "
        "2 personas, 2 maletas”. En cualquier momento: “cambiar”, “cancelar”, “mis reservas”, "
        "“nueva reserva” o “persona”."
    ),
    Say.HANDED_OVER: "Una persona se encarga y le responde aquí.",
    Say.QUOTE_EXPIRED: "Ese precio ya no es válido; aquí está el actual.",
    Say.NO_PRICE: "No puedo calcular el precio de este viaje. Le responderá una persona.",
    Say.NOT_CHANGEABLE: "La reserva {reference} ya no se puede cambiar aquí. Escriba “persona”.",
    Say.REMINDER: ("Recordatorio: su viaje el {when}, recogida en {pickup}. Referencia {reference}."),
    Say.ACCEPTED: "Su reserva {reference} está confirmada. Hasta pronto.",
    Say.DECLINED: ("Lo sentimos: no podemos realizar la reserva {reference}. No le cuesta nada. {note}"),
    Say.PROPOSED: (
        "Para la reserva {reference} proponemos: {note}. Escriba “cambiar” para aceptarlo, o “cancelar”."
    ),
    Say.CHANGED_BY_US: (
        "Hemos cambiado su reserva {reference}. Ahora es:\n{summary}\n{total}, tasas {fee}\nSi no le "
        "conviene, escriba “cambiar” o “cancelar”. {note}"
    ),
    Say.CANCELLED_BY_US: "Hemos cancelado su reserva {reference}. Tasas: {fee}. {note}",
    Say.OPERATOR_NEW: (
        "Nueva reserva {reference}\n{summary}\n{total}\nRespuesta: accept {reference}, decline "
        "{reference} <motivo>, propose {reference} <propuesta>"
    ),
    Say.OPERATOR_CHANGED: (
        "La reserva {reference} fue cambiada por el cliente\n{summary}\n{total}, cargos "
        "{fee}\nRespuesta: accept {reference}, decline {reference} <motivo>, propose "
        "{reference} <propuesta>"
    ),
    Say.OPERATOR_CANCELLED: (
        "La reserva {reference} fue cancelada por el cliente\n{summary}\n{total}, cargos {fee}"
    ),
    Say.OPERATOR_ESTIMATE: ("Atención: el servicio de rutas no respondió, la distancia es estimada."),
    Say.OPERATOR_FULL: (
        "Atención: todos los vehículos de esta clase están ocupados o prometidos a esa hora."
    ),
    Say.OPERATOR_HUMAN: (
        "{name} ({phone}) pide una persona. El bot calla en ese chat hasta que lo devuelva."
    ),
    Say.OPERATOR_DONE: "La reserva {reference} está ahora {status}.",
    Say.OPERATOR_REFUSED: "No fue posible: {why}.",
    Say.NOT_DONE: "No ha sido posible ahora: una persona lo mirará.",
    Say.DEPOSIT: "Para asegurar el viaje pedimos un anticipo de {amount}: {how}",
    Say.LINE_BASE: "Tarifa base",
    Say.LINE_DISTANCE: "Distancia, {quantity} km",
    Say.LINE_DURATION: "Tiempo, {quantity} min",
    Say.LINE_MINIMUM: "Hasta la tarifa mínima",
    Say.LINE_FIXED_ROUTE: "Precio fijo, {name}",
    Say.LINE_SURCHARGE: "Suplemento, {name}",
    Say.LINE_RETURN_DISCOUNT: "Descuento de la vuelta",
    Say.LINE_STOPS: "Paradas: {quantity}",
    Say.LINE_WAITING: "Espera, {quantity} min",
    Say.LINE_CHILD_SEATS: "Sillitas: {quantity}",
    Say.LINE_AIRPORT_PICKUP: "Tasa de aeropuerto",
    Say.LINE_AIRPORT_DROPOFF: "Tasa de aeropuerto",
    Say.LINE_VOUCHER: "Cupón {name}",
    Say.LINE_ROUNDING: "Redondeo",
    Say.LINE_VAT: "IVA {quantity} %",
    Say.VIA: "por {places}",
    Say.WAY_BACK: "Vuelta: {when}",
    Say.PEOPLE: "Pasajeros: {passengers}, equipaje: {luggage}",
    Say.FLIGHT: "Vuelo {flight}",
    Say.FOR_NAME: "Nombre: {name}",
}
