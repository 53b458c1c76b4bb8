"""One table for messages of both directions; queue, receipts and idempotency keys get tables of their own.

What a message holds stands once: an event that tells of a message points to it. Every row of the version
before is carried over, in the order in which it was taken.

Revision ID: 0002
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_AT_ONCE = 1000


def upgrade() -> None:
    """Put the old tables aside, make the new ones, carry everything over, drop the old."""
    conn = op.get_bind()
    for table in ("messages", "outbox", "events"):
        conn.execute(sa.text(f"CREATE TABLE old_{table} AS SELECT * FROM {table}"))
        op.drop_table(table)
    _make_tables()
    _carry_messages(conn)
    _carry_queue(conn)
    _carry_events(conn)
    for table in ("messages", "outbox", "events"):
        op.drop_table(f"old_{table}")


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")


def _make_tables() -> None:
    big = sa.BigInteger()
    op.create_table(
        "messages",
        sa.Column("order_no", big.with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("direction", WORDS, nullable=False),
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("message_id", WORDS, nullable=False),
        sa.Column("chat", WORDS, nullable=False),
        sa.Column("sender", WORDS, nullable=False),
        sa.Column("is_group", sa.Integer(), nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("body_json", WORDS, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("timestamp_ms", big, nullable=False),
        sa.Column("taken_at_ms", big, nullable=False),
        sa.Column("event_id", WORDS, nullable=True),
        sa.Column("to_jid", WORDS, nullable=True),
        sa.Column("sent_at_ms", big, nullable=True),
        sa.Column("failed_at_ms", big, nullable=True),
        sa.Column("error_code", WORDS, nullable=True),
        sa.Column("error_detail", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("order_no"),
        sa.UniqueConstraint("session_id", "message_id", "chat", "sender", name="uq_messages_message"),
    )
    op.create_index("ix_messages_order", "messages", ["session_id", "order_no"])
    op.create_index("ix_messages_chat", "messages", ["session_id", "chat", "order_no"])
    op.create_table(
        "receipts",
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("message_id", WORDS, nullable=False),
        sa.Column("participant", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("at_ms", big, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "message_id", "participant", "kind"),
    )
    op.create_table(
        "outbox",
        sa.Column("order_no", big.with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("chat", WORDS, nullable=False),
        sa.Column("phone", WORDS, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at_ms", big, nullable=True),
        sa.Column("tried_at_ms", big, nullable=True),
        sa.Column("not_before_ms", big, nullable=True),
        sa.Column("expires_at_ms", big, nullable=True),
        sa.Column("error_code", WORDS, nullable=True),
        sa.Column("error_detail", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("order_no"),
    )
    op.create_index("ix_outbox_lane", "outbox", ["session_id", "chat", "order_no"])
    op.create_index("ix_outbox_expires", "outbox", ["expires_at_ms"])
    op.create_table(
        "idempotency",
        sa.Column("tenant_id", WORDS, nullable=False),
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("phone", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("hash", WORDS, nullable=False),
        sa.Column("order_no", big, nullable=False),
        sa.Column("expires_at_ms", big, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "session_id", "phone", "key"),
    )
    op.create_table(
        "events",
        sa.Column("position", big.with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("seq", big, nullable=False),
        sa.Column("event_id", WORDS, nullable=False),
        sa.Column("tenant_id", WORDS, nullable=False),
        sa.Column("type", WORDS, nullable=False),
        sa.Column("chat", WORDS, nullable=True),
        sa.Column("kind", WORDS, nullable=True),
        sa.Column("at_ms", big, nullable=False),
        sa.Column("message_order_no", big, nullable=True),
        sa.Column("data_json", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("event_id", name="uq_events_event_id"),
        sa.UniqueConstraint("session_id", "seq", name="uq_events_seq"),
    )


# ---- messages ----------------------------------------------------------------------------------------------

# Both directions in the order in which they were taken. A clock that was set back must not turn the queue's
# order around, so what counts for a sent message is the latest time of those accepted up to it.
_IN_ORDER = """
SELECT 'in' AS direction, received_at_ms AS taken, 0 AS place, session_id, message_id, chat, sender FROM
old_messages UNION ALL
SELECT 'out', max(accepted_at_ms) OVER (ORDER BY order_no), order_no, session_id, message_id, chat, '' FROM
old_outbox ORDER BY 2, 1, 3
"""
_OLD_IN = """
SELECT m.*, e.type, e.data_json FROM old_messages m LEFT JOIN old_events e ON e.event_id = m.event_id
WHERE m.session_id = :session_id AND m.message_id = :message_id AND m.chat = :chat AND m.sender = :sender
"""
_OLD_OUT = """
SELECT o.*, s.jid, s.lid, s.phone FROM old_outbox o LEFT JOIN sessions s ON s.id = o.session_id
WHERE o.order_no = :place
"""


def _carry_messages(conn: sa.Connection) -> None:
    conn.execute(sa.text("CREATE INDEX old_in ON old_messages (session_id, message_id)"))
    conn.execute(sa.text("CREATE INDEX old_out ON old_outbox (order_no)"))
    conn.execute(sa.text("CREATE INDEX old_events_id ON old_events (event_id)"))
    order = conn.execute(sa.text(_IN_ORDER)).mappings().all()
    for start in range(0, len(order), _AT_ONCE):
        rows, receipts, keys = [], [], []
        for order_no, key in enumerate(order[start : start + _AT_ONCE], start + 1):
            if key["direction"] == "in":
                found = conn.execute(sa.text(_OLD_IN), dict(key)).mappings().one()
                rows.append(_received(found, order_no))
                continue
            found = conn.execute(sa.text(_OLD_OUT), {"place": key["place"]}).mappings().one()
            rows.append(_sent(found, order_no))
            receipts += list(_receipts(found))
            if found["idempotency_key"] is not None:
                keys.append(_key(found, order_no))
        _insert(conn, "messages", rows)
        _insert(conn, "receipts", receipts)
        _insert(conn, "idempotency", keys)


def _received(old: Any, order_no: int) -> dict[str, Any]:
    # The event was written with it, and holds all of it.
    data, _, kind = _converted(old["type"], json.loads(old["data_json"]))
    return {
        **_common(old, order_no),
        "direction": "in",
        "sender": old["sender"],
        "is_group": old["is_group"],
        "kind": kind,
        "body_json": _compact(data),
        "raw": old["raw"],
        "timestamp_ms": old["timestamp_ms"],
        "taken_at_ms": old["received_at_ms"],
        "event_id": old["event_id"],
        "to_jid": None,
        "sent_at_ms": None,
        "failed_at_ms": None,
        "error_code": None,
        "error_detail": None,
    }


def _sent(old: Any, order_no: int) -> dict[str, Any]:
    sender = _without_device(old["lid"] or old["jid"] or "")
    group = old["to_jid"].endswith("@g.us")
    data = {
        "message_id": old["message_id"],
        "chat": old["chat"],
        "sender": sender,
        "chat_phone": _phone(old["chat"]),
        "sender_phone": f"+{old['phone']}" if old["phone"] else None,
        "from_me": True,
        "group": group,
        "timestamp": _iso(old["accepted_at_ms"]),
        "push_name": "",
        "offline": False,
        "quoted_id": None,
        "content": _content("text", old["text"], {}),
    }
    failed = old["status"] == "failed"
    return {
        **_common(old, order_no),
        "direction": "out",
        "sender": sender,
        "is_group": int(group),
        "kind": "text",
        "body_json": _compact(data),
        # One that was never sent gets its final bytes now; one that was has them.
        "raw": old["message"] or _text_message(old["text"]),
        "timestamp_ms": old["sent_at_ms"] or old["accepted_at_ms"],
        "taken_at_ms": old["accepted_at_ms"],
        "event_id": None,
        "to_jid": old["to_jid"],
        "sent_at_ms": None if failed else old["sent_at_ms"],
        "failed_at_ms": old["accepted_at_ms"] if failed else None,
        "error_code": old["error_code"] if failed else None,
        "error_detail": old["error"] if failed else None,
    }


def _common(old: Any, order_no: int) -> dict[str, Any]:
    return {"order_no": order_no, **{name: old[name] for name in ("session_id", "message_id", "chat")}}


def _receipts(old: Any) -> Iterator[dict[str, Any]]:
    # Of a group only the first receipt was kept, not whose it was: it names nobody.
    participant = "" if old["to_jid"].endswith("@g.us") else old["chat"]
    for kind in ("delivered", "read"):
        if old[f"{kind}_at_ms"] is not None:
            key = {"session_id": old["session_id"], "message_id": old["message_id"]}
            yield {**key, "participant": participant, "kind": kind, "at_ms": old[f"{kind}_at_ms"]}


def _key(old: Any, order_no: int) -> dict[str, Any]:
    return {
        "tenant_id": old["tenant_id"],
        "session_id": old["session_id"],
        "phone": old["phone"] or "",
        "key": old["idempotency_key"],
        "hash": old["request_hash"],
        "order_no": order_no,
        "expires_at_ms": None,
    }


def _carry_queue(conn: sa.Connection) -> None:
    conn.execute(
        sa.text(
            """
INSERT INTO outbox (order_no, session_id, chat, phone, attempts, next_at_ms, error_code, error_detail)
SELECT m.order_no, o.session_id, o.chat, coalesce(s.phone, ''), o.attempts, o.next_at_ms, o.error_code,
o.error FROM old_outbox o JOIN messages m ON m.session_id = o.session_id AND m.message_id = o.message_id
  AND m.direction = 'out' LEFT JOIN sessions s ON s.id = o.session_id
WHERE o.status = 'queued'
"""
        )
    )


# ---- events ------------------------------------------------------------------------------------------------


def _carry_events(conn: sa.Connection) -> None:
    conn.execute(sa.text("CREATE INDEX old_events_position ON old_events (position)"))
    after = 0
    while True:
        rows = (
            conn.execute(
                sa.text(
                    "SELECT e.*, m.order_no FROM old_events e LEFT JOIN messages m ON m.event_id = e.event_id"
                    " AND m.session_id = e.session_id AND m.direction = 'in' WHERE e.position > :after"
                    " ORDER BY e.position LIMIT :limit"
                ).bindparams(after=after, limit=_AT_ONCE)
            )
            .mappings()
            .all()
        )
        if not rows:
            return
        after = rows[-1]["position"]
        _insert(conn, "events", [_event(old) for old in rows])


def _event(old: Any) -> dict[str, Any]:
    data, chat, kind = _converted(old["type"], json.loads(old["data_json"]))
    names = ("position", "session_id", "seq", "event_id", "tenant_id", "type", "at_ms")
    return {
        **{name: old[name] for name in names},
        "chat": chat,
        "kind": kind,
        "message_order_no": old["order_no"],
        "data_json": _compact(data) if old["order_no"] is None else None,
    }


def _converted(type_: str, data: dict[str, Any]) -> tuple[dict[str, Any], str | None, str | None]:
    """The event's data as this version writes it, its chat and its kind."""
    match type_:
        case "message.received":
            kind, text = data.pop("kind"), data.pop("text", "")
            fields = {name: value for name, value in data.items() if name not in _RECEIVED}
            data = {name: value for name, value in data.items() if name in _RECEIVED}
            return data | {"content": _content(kind, text, fields)}, data["chat"], kind
        case "message.status":
            data |= {"chat": data["to"], "delivered_to": 0, "read_by": 0}
            if "error" in data:
                data["error"] = {"code": data["error"]["code"], "detail": data["error"].get("message") or ""}
            return data, data["to"], None
        case "session.state":
            codes = {name: value for name, value in data.items() if name not in ("sentence", "next_step")}
            return {"code": None, **codes}, None, None
        case _:
            return data, None, None


_RECEIVED = {
    *("message_id", "chat", "sender", "chat_phone", "sender_phone", "from_me", "group", "timestamp"),
    *("push_name", "offline", "quoted_id", "replaces"),
}


# ---- small things ------------------------------------------------------------------------------------------


def _content(kind: str, text: str, fields: dict[str, Any]) -> dict[str, Any]:
    with_words = kind in _WITH_WORDS
    return {
        "kind": kind,
        **({"text": text} if with_words else {}),
        **{k: v for k, v in fields.items() if k != "text"},
    }


_WITH_WORDS = {"text", "image", "video", "audio", "voice", "document", "sticker", "poll", "edit"}


def _text_message(text: str) -> bytes:
    """waE2E.Message with nothing but `conversation` (field 1)."""
    body = text.encode()
    length, size = bytearray(), len(body)
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    return b"\n" + bytes([*length, size]) + body


def _phone(jid: str) -> str | None:
    user, _, server = jid.partition("@")
    return f"+{user}" if server == "s.whatsapp.net" else None


def _without_device(jid: str) -> str:
    user, at, server = jid.partition("@")
    return f"{user.partition(':')[0]}{at}{server}"


def _iso(at_ms: int) -> str:
    from holdfast.kit.iso import iso

    return iso(at_ms)


def _compact(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # Line ends to some readers of event streams.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def _insert(conn: sa.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        names = list(rows[0])
        marks = ", ".join(f":{name}" for name in names)
        conn.execute(sa.text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"), rows)
