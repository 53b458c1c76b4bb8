"""What the bot says in Portuguese."""

from collections.abc import Mapping
from typing import Final

from holdfast.chauffeur.words.keys import Say

SENTENCES: Final[Mapping[Say, str]] = {
    Say.WELCOME: (
        "Olá! Aqui é {name}. Posso reservar a sua viagem; escreva “atendente” para falar com uma pessoa."
    ),
    Say.ASK_PICKUP: "Onde o vamos buscar? Pode ser um lugar ou uma localização.",
    Say.ASK_DESTINATION: "Para onde deseja ir?",
    Say.ASK_DATE: "Em que dia?",
    Say.ASK_TIME: "A que horas?",
    Say.ASK_RETURN_DATE: "Em que dia é a volta?",
    Say.ASK_RETURN_TIME: "A que horas é a volta?",
    Say.ASK_PASSENGERS: "Quantos passageiros?",
    Say.ASK_LUGGAGE: "Quantas malas?",
    Say.ASK_CLASS: "Qual veículo? {classes}",
    Say.ASK_FLIGHT: "Qual é o número do seu voo? Escreva “nenhum” se não souber.",
    Say.ASK_NAME: "Em que nome faço a reserva?",
    Say.QUOTE: (
        "{summary}\n\n{breakdown}\n*Total: {total}*{tax}\n\nPosso reservar? Escreva “sim”, ou o "
        "que deve mudar."
    ),
    Say.QUOTE_CHANGE: (
        "{summary}\n\n{breakdown}\n*Novo total: {total}*{tax}\nTaxa de alteração: "
        "{fee}\n\nPosso alterar a reserva {reference}? Escreva “sim”, ou o que mais deve mudar."
    ),
    Say.TAX: " (inclui {percent} % de IVA: {vat})",
    Say.BOOKED: (
        "Obrigado, a sua viagem está reservada. Referência: *{reference}*. Confirmamos em "
        "breve. Escreva “alterar” ou “cancelar” quando quiser."
    ),
    Say.CHANGED: "A reserva {reference} foi alterada.",
    Say.CANCELLED: "A reserva {reference} foi cancelada. Taxa: {fee}.",
    Say.CONFIRM_CANCEL: (
        "Cancelar a reserva {reference} ({summary})? A taxa é {fee}. Escreva “sim” ou “não”."
    ),
    Say.KEPT: "Tudo fica como está.",
    Say.WHAT_TO_CHANGE: "O que deve mudar? Por exemplo outra hora ou outro lugar.",
    Say.WHICH_BOOKING: "Qual reserva? Escreva o número.\n{options}",
    Say.YOUR_BOOKINGS: "As suas reservas:\n{options}",
    Say.NO_BOOKING: "De momento não tem nenhuma reserva connosco.",
    Say.DROPPED: "Certo, nada foi reservado. Escreva-me quando precisar de uma viagem.",
    Say.UNKNOWN_PLACE: (
        "Não conheço o lugar “{said}”. Por favor escreva outro nome ou envie uma localização."
    ),
    Say.WHICH_PLACE: "Qual deles? Escreva o número.\n{options}",
    Say.SAME_PLACE: "A recolha e o destino são o mesmo lugar. Para onde deseja ir?",
    Say.PAST: "Essa data já passou. Quando o vamos buscar?",
    Say.TOO_SOON: (
        "É cedo demais para nós: precisamos de {minutes} minutos. Se for urgente, escreva “atendente”."
    ),
    Say.TOO_FAR: "É muito longe no futuro: aceitamos reservas para os próximos {days} dias.",
    Say.IMPOSSIBLE: ("Esse dia ou essa hora não existe. Escreva outra vez, por exemplo 24/12 18:30."),
    Say.CLOCKS_CHANGE: "{time} não existe nesse dia: o relógio é adiantado. Que outra hora?",
    Say.TOO_MANY: ("O nosso maior veículo leva {limit} passageiros. Para mais, escreva “atendente”."),
    Say.TOO_FEW: "Uma viagem precisa de pelo menos um passageiro. Quantos são?",
    Say.TOO_MUCH_LUGGAGE: ("Com {passengers} passageiros levamos no máximo {limit} malas num veículo."),
    Say.TOO_SMALL: "{vehicle} é pequeno demais. {classes}",
    Say.TOO_MANY_SEATS: "Não pode haver mais cadeirinhas do que passageiros.",
    Say.RETURN_BEFORE: "A volta não pode começar antes da chegada. Quando é a volta?",
    Say.UNKNOWN_VOUCHER: "Não conheço o voucher {code}; continuo sem ele.",
    Say.VOUCHER_DOES_NOT_COUNT: "O voucher {code} não vale para esta viagem; deixei-o de fora.",
    Say.ONLY_TEXT: "Só consigo ler texto e localizações. Por favor escreva.",
    Say.TOO_LONG: "É um pouco longo para mim. Escreva em poucas palavras, ou “atendente”.",
    Say.NOT_UNDERSTOOD: "Não percebi.",
    Say.HELP: (
        "Escreva como quiser, por exemplo: “Do aeroporto para a estação amanhã às 18h, 2 "
        "pessoas, 2 malas”. A qualquer momento: “alterar”, “cancelar”, “minhas reservas”, “nova "
        "reserva” ou “atendente”."
    ),
    Say.HANDED_OVER: "Uma pessoa assume e responde aqui.",
    Say.QUOTE_EXPIRED: "Esse preço já não é válido; aqui está o atual.",
    Say.NO_PRICE: "Não consigo calcular o preço desta viagem. Uma pessoa responde.",
    Say.NOT_CHANGEABLE: ("A reserva {reference} já não pode ser alterada aqui. Escreva “atendente”."),
    Say.REMINDER: "Lembrete: a sua viagem em {when}, recolha em {pickup}. Referência {reference}.",
    Say.ACCEPTED: "A sua reserva {reference} está confirmada. Até breve.",
    Say.DECLINED: "Lamentamos: não podemos realizar a reserva {reference}. Não tem custos. {note}",
    Say.PROPOSED: (
        "Para a reserva {reference} propomos: {note}. Escreva “alterar” para aceitar, ou “cancelar”."
    ),
    Say.CHANGED_BY_US: (
        "Alterámos a sua reserva {reference}. Agora é:\n{summary}\n{total}, taxas {fee}\nSe não lhe convém, "
        "escreva “alterar” ou “cancelar”. {note}"
    ),
    Say.CANCELLED_BY_US: "Cancelámos a sua reserva {reference}. Taxas: {fee}. {note}",
    Say.OPERATOR_NEW: (
        "Nova reserva {reference}\n{summary}\n{total}\nResposta: accept {reference}, decline "
        "{reference} <motivo>, propose {reference} <proposta>"
    ),
    Say.OPERATOR_CHANGED: (
        "A reserva {reference} foi alterada pelo cliente\n{summary}\n{total}, taxas "
        "{fee}\nResposta: accept {reference}, decline {reference} <motivo>, propose {reference} "
        "<proposta>"
    ),
    Say.OPERATOR_CANCELLED: (
        "A reserva {reference} foi cancelada pelo cliente\n{summary}\n{total}, taxas {fee}"
    ),
    Say.OPERATOR_ESTIMATE: "Atenção: o serviço de rotas não respondeu, a distância é estimada.",
    Say.OPERATOR_FULL: ("Atenção: todos os veículos desta classe estão ocupados ou prometidos a essa hora."),
    Say.OPERATOR_HUMAN: ("{name} ({phone}) pede uma pessoa. O bot fica calado nesse chat até o devolver."),
    Say.OPERATOR_DONE: "A reserva {reference} está agora {status}.",
    Say.OPERATOR_REFUSED: "Não foi possível: {why}.",
    Say.NOT_DONE: "Não foi possível agora: uma pessoa vai ver.",
    Say.DEPOSIT: "Para garantir a viagem pedimos um sinal de {amount}: {how}",
    Say.LINE_BASE: "Tarifa base",
    Say.LINE_DISTANCE: "Distância, {quantity} km",
    Say.LINE_DURATION: "Tempo, {quantity} min",
    Say.LINE_MINIMUM: "Até à tarifa mínima",
    Say.LINE_FIXED_ROUTE: "Preço fixo, {name}",
    Say.LINE_SURCHARGE: "Suplemento, {name}",
    Say.LINE_RETURN_DISCOUNT: "Desconto do regresso",
    Say.LINE_STOPS: "Paragens: {quantity}",
    Say.LINE_WAITING: "Espera, {quantity} min",
    Say.LINE_CHILD_SEATS: "Cadeirinhas: {quantity}",
    Say.LINE_AIRPORT_PICKUP: "Taxa de aeroporto",
    Say.LINE_AIRPORT_DROPOFF: "Taxa de aeroporto",
    Say.LINE_VOUCHER: "Voucher {name}",
    Say.LINE_ROUNDING: "Arredondamento",
    Say.LINE_VAT: "IVA {quantity} %",
    Say.VIA: "via {places}",
    Say.WAY_BACK: "Volta: {when}",
    Say.PEOPLE: "Passageiros: {passengers}, malas: {luggage}",
    Say.FLIGHT: "Voo {flight}",
    Say.FOR_NAME: "Nome: {name}",
}
