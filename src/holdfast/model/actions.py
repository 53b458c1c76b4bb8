"""What an owner can do with a session. Pure."""

from enum import StrEnum


class Action(StrEnum):
    """Served under these names; each is a call of the API."""

    PAIR = "pair"
    CANCEL_PAIRING = "cancel_pairing"
    CONNECT = "connect"
    DISCONNECT = "disconnect"
    LOG_OUT = "log_out"
    DELETE = "delete"
