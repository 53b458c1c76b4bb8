"""Examples of requests, shown by the API's description: each is taken as it stands."""

from collections.abc import Mapping
from typing import Any, Final

_NUMBER: Final = "+4915112345678"
_GROUP: Final = "120363012345678901@g.us"
_MESSAGE: Final = "3EB0C431C26A1916E07A"
_PASSWORD: Final = "correct horse battery"
_WORDS: Final = {"body": {"enabled": True}}

#: What a name in a path stands for, and what a query must hold.
NAMES: Final[Mapping[str, Any]] = {
    "ref": "office",
    "name": "office",
    "chat": _NUMBER,
    "person": _NUMBER,
    "group": _GROUP,
    "message_id": _MESSAGE,
    "media_id": "med_01JD9ZK6T3V8Q4M2N7B5C0X1YW",
    "key_id": "key_01JD9ZK6T3V8Q4M2N7B5C0X1YW",
    "user": "anna",
    "cause": "logged_out",
    "bot": "greeting",
    "call_id": "A1B2C3D4E5F60718",
    "q": "order mon",
    "since": "2026-12-31T00:00:00+01:00",
    "number": [_NUMBER],
    "invitation": "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv",
}
#: What else is called `name`, by where it stands.
NAMED_OTHERWISE: Final[Mapping[str, str]] = {
    "/v1/alerts/": "mail",
    "/v1/configuration/": "greeting",
    "/v1/quarantine/": "4915112345678-20261128-180000",
    "/v1/subscriptions/": "billing",
}
#: A body of each operation that takes one as JSON.
BODIES: Final[Mapping[str, Any]] = {
    "PATCH /v1/sessions/{ref}": {"name": "front desk"},
    "POST /v1/quarantine/{name}/restore": {"session": "office"},
    "POST /v1/sessions/{ref}/import": {"source": "/srv/baileys/auth"},
    "POST /v1/sessions/{ref}/export": {"target": "/srv/moved/office.db"},
    "POST /v1/sessions/{ref}/pair/passkey": {"id": "x9Qm", "type": "public-key", "response": {}},
    "POST /v1/sessions/{ref}/messages": {"to": _NUMBER, "content": {"kind": "text", "text": "On my way"}},
    "POST /v1/sessions/{ref}/chats/{chat}/history": {"count": 50},
    "POST /v1/media/from-url": {"url": "https://example.org/bill.pdf", "kind": "document"},
    "PUT /v1/sessions/{ref}/media-policy": {"kinds": ["image", "voice"], "max_bytes": 16_777_216},
    "PUT /v1/subscriptions/{name}": {"sessions": ["office"], "types": ["message.status"]},
    "POST /v1/subscriptions/{name}/ack": {"cursor": "k3.1024"},
    "POST /v1/dashboard/exchange": {"token": "v5Jx2mQ8"},
    "POST /v1/users/first": {"token": "v5Jx2mQ8", "name": "anna", "password": _PASSWORD},
    "POST /v1/login": {"name": "anna", "password": _PASSWORD},
    "POST /v1/sessions/{ref}/page-tokens": {"expires_in_s": 300},
    "POST /v1/keys": {"name": "billing", "scopes": ["read", "send"], "expires_in_s": 2_592_000},
    "PUT /v1/users/self/password": {"old": _PASSWORD, "new": "incorrect donkey battery"},
    "PUT /v1/users/self/totp": {"code": "492039"},
    "POST /v1/users/self/totp": {"password": _PASSWORD},
    "POST /v1/users/self/totp/end": {"password": _PASSWORD},
    "POST /v1/users": {"name": "bert", "role": "operator", "password": _PASSWORD},
    "PATCH /v1/users/{user}": {"role": "viewer"},
    "PUT /v1/alerts/channels/{name}": {
        "url": "mailtos://user:secret@example.org",
        "quiet": {"from": "22:00", "to": "07:00", "zone": "Europe/Berlin"},
    },
    "PUT /v1/alerts/rules/{cause}": {"severity": "critical", "after_s": 0, "repeat_s": 3_600},
    "POST /v1/alerts/dead/again": {"id": ""},
    "POST /v1/backups/status": {"status": "verified", "archive": "/mnt/usb/holdfast.backup", "numbers": 2},
    "PUT /v1/backups/schedule": {"to": "/mnt/usb", "recipients": ["age1qexample"], "every_h": 24},
    "POST /v1/sessions/{ref}/groups": {"subject": "Night shift", "members": [_NUMBER]},
    "POST /v1/sessions/{ref}/groups/join": {"invitation": NAMES["invitation"]},
    "PATCH /v1/sessions/{ref}/groups/{group}": {"description": "Who drives when", "announce": True},
    "POST /v1/sessions/{ref}/groups/{group}/members": {"change": "add", "members": [_NUMBER]},
    "POST /v1/sessions/{ref}/groups/{group}/requests": {"approve": True, "members": [_NUMBER]},
    "PUT /v1/sessions/{ref}/handovers/{chat}": {"note": "Wants to speak to somebody"},
    "PUT /v1/configuration/{name}": {**_WORDS, "note": "Greets again"},
    "POST /v1/configuration/{name}/validate": _WORDS,
    "POST /v1/configuration/{name}/preview": _WORDS,
    "POST /v1/configuration/{name}/import": _WORDS,
    "PATCH /v1/sessions/{ref}/profile": {"name": "Night desk", "about": "Day and night"},
    "PUT /v1/sessions/{ref}/presence": {"available": True},
    "PUT /v1/sessions/{ref}/chats/{chat}/activity": {"activity": "typing"},
    "POST /v1/sessions/{ref}/read": {"message_ids": [_MESSAGE]},
    "POST /v1/sessions/{ref}/calls/{call_id}/reject": {"caller": _NUMBER},
}


def give(path: str, method: str, operation: dict[str, Any]) -> None:
    """Write the examples of an operation into its description."""
    for parameter in operation.get("parameters", ()):
        if parameter.get("required"):
            parameter["example"] = _name(path, parameter["name"])
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    example = BODIES.get(f"{method.upper()} {path}")
    if body is not None and example is not None:
        body["example"] = example


def _name(path: str, name: str) -> Any:
    if name == "name":
        return next((it for start, it in NAMED_OTHERWISE.items() if path.startswith(start)), NAMES[name])
    return NAMES.get(name)
