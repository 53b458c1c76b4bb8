"""The room's statements: bookings, what drives them, and when each of these is taken."""

from typing import Final

from holdfast.store.statement import Statement

_COLUMNS: Final = (
    "id, tenant_id, session_id, phone, chat, key, reference, status, at_ms, until_ms, form_json, quote_json, "
    "total, currency, fee, language, note, vehicle_class, vehicle_id, driver_id, revision, "
    "created_at_ms, changed_at_ms, back_at_ms, back_until_ms"
)
_VALUES: Final = ", ".join(f":{it.strip()}" for it in _COLUMNS.split(","))

ADD: Final = Statement(
    "chauffeur.add",
    "A new booking. Nothing, when one was made under this key.",
    f"INSERT INTO chauffeur_bookings ({_COLUMNS}) VALUES ({_VALUES}) ON CONFLICT (tenant_id, key) DO NOTHING",
)
BY_KEY: Final = Statement(
    "chauffeur.by_key",
    "The booking that was made under this key.",
    f"SELECT {_COLUMNS} FROM chauffeur_bookings WHERE tenant_id = :tenant_id AND key = :key",
)
BY_REF: Final = Statement(
    "chauffeur.by_ref",
    "The booking with this id, or the newest with this reference.",
    f"""
    SELECT {_COLUMNS} FROM chauffeur_bookings WHERE tenant_id = :tenant_id AND (id = :ref OR reference = :ref)
    ORDER BY id DESC LIMIT 1
    """,
)
OF_CHAT: Final = Statement(
    "chauffeur.of_chat",
    "A chat's bookings that are still ahead, the next first. They belong to the number, not to the session.",
    f"""
    SELECT {_COLUMNS} FROM chauffeur_bookings
    WHERE tenant_id = :tenant_id AND phone = :phone AND chat = :chat
      AND (at_ms > :now_ms OR back_at_ms > :now_ms) AND status IN ('requested', 'confirmed')
    ORDER BY at_ms, id LIMIT 20
    """,
)
LIST: Final = Statement(
    "chauffeur.list",
    "Bookings in the order of their pick-up, those whose way back is then too. Empty values do not filter.",
    f"""
    SELECT {_COLUMNS} FROM chauffeur_bookings
    WHERE tenant_id = :tenant_id AND (at_ms > :after_ms OR (at_ms = :after_ms AND id > :after_id))
      AND at_ms < :until_ms
      AND (at_ms >= :from_ms OR (back_at_ms >= :from_ms AND back_at_ms < :until_ms))
      AND (:status = '' OR status = :status)
      AND (:session_id = '' OR session_id = :session_id)
      AND (:driver_id = '' OR driver_id = :driver_id)
    ORDER BY at_ms, id LIMIT :limit
    """,
)
CHANGE: Final = Statement(
    "chauffeur.change",
    "What of a booking can change, if nobody was faster.",
    """
    UPDATE chauffeur_bookings
    SET status = :status, at_ms = :at_ms, until_ms = :until_ms, form_json = :form_json,
        quote_json = :quote_json, vehicle_class = :vehicle_class, total = :total, currency = :currency,
        fee = :fee, note = :note, vehicle_id = :vehicle_id, driver_id = :driver_id, revision = :revision,
        changed_at_ms = :changed_at_ms, back_at_ms = :back_at_ms, back_until_ms = :back_until_ms
    WHERE id = :id AND revision = :revision - 1
    """,
)

ADD_QUOTE: Final = Statement(
    "chauffeur.add_quote",
    "A price that was named, under its id.",
    """
    INSERT INTO chauffeur_quotes (tenant_id, id, trip_json, quote_json, valid_until_ms)
    VALUES (:tenant_id, :id, :trip_json, :quote_json, :valid_until_ms)
    """,
)
QUOTE: Final = Statement(
    "chauffeur.quote",
    "The trip and the price of a quote.",
    "SELECT trip_json, quote_json FROM chauffeur_quotes WHERE tenant_id = :tenant_id AND id = :id",
)
FORGET_QUOTES: Final = Statement(
    "chauffeur.forget_quotes",
    "Prices that ran out before this moment are forgotten.",
    "DELETE FROM chauffeur_quotes WHERE valid_until_ms < :before_ms",
)

PUT_RESOURCE: Final = Statement(
    "chauffeur.put_resource",
    "A vehicle or a driver, new or changed.",
    """
    INSERT INTO chauffeur_resources (tenant_id, id, kind, name, vehicle_class, phone, active)
    VALUES (:tenant_id, :id, :kind, :name, :vehicle_class, :phone, :active)
    ON CONFLICT (tenant_id, id) DO UPDATE
    SET name = excluded.name, vehicle_class = excluded.vehicle_class, phone = excluded.phone,
        active = excluded.active
    WHERE chauffeur_resources.kind = excluded.kind
    """,
)
RESOURCES: Final = Statement(
    "chauffeur.resources",
    "Every vehicle or every driver, by name.",
    """
    SELECT id, kind, name, vehicle_class, phone, active FROM chauffeur_resources
    WHERE tenant_id = :tenant_id AND kind = :kind ORDER BY name, id
    """,
)
RESOURCE: Final = Statement(
    "chauffeur.resource",
    "One vehicle or driver.",
    """
    SELECT id, kind, name, vehicle_class, phone, active FROM chauffeur_resources
    WHERE tenant_id = :tenant_id AND id = :id
    """,
)

TAKE: Final = Statement(
    "chauffeur.take",
    "Take a quarter of an hour of a vehicle or driver. The primary key lets nobody take it twice.",
    """
    INSERT INTO chauffeur_slots (tenant_id, resource_id, slot, taken_by)
    VALUES (:tenant_id, :resource_id, :slot, :taken_by)
    ON CONFLICT (tenant_id, resource_id, slot) DO NOTHING
    """,
)
RELEASE: Final = Statement(
    "chauffeur.release",
    "Give back everything that was taken for this booking or absence.",
    "DELETE FROM chauffeur_slots WHERE tenant_id = :tenant_id AND taken_by = :taken_by",
)
TAKEN_BY: Final = Statement(
    "chauffeur.taken_by",
    "What has taken a vehicle or driver in these quarters of an hour.",
    """
    SELECT DISTINCT taken_by FROM chauffeur_slots
    WHERE tenant_id = :tenant_id AND resource_id = :resource_id AND slot >= :first AND slot <= :last
      AND taken_by <> :except_for
    ORDER BY taken_by
    """,
)
FREE: Final = Statement(
    "chauffeur.free",
    "Vehicles of a class that nothing has taken in these quarters of an hour.",
    """
    SELECT r.id FROM chauffeur_resources r
    WHERE r.tenant_id = :tenant_id AND r.kind = 'vehicle' AND r.active = 1
      AND r.vehicle_class = :vehicle_class
      AND NOT EXISTS (
        SELECT 1 FROM chauffeur_slots s
        WHERE s.tenant_id = r.tenant_id AND s.resource_id = r.id AND s.slot >= :first AND s.slot <= :last
      )
    """,
)
BUSY: Final = Statement(
    "chauffeur.busy",
    "When a vehicle or driver is taken, by what, in a range of quarters of an hour.",
    """
    SELECT taken_by, slot FROM chauffeur_slots
    WHERE tenant_id = :tenant_id AND resource_id = :resource_id AND slot >= :first AND slot <= :last
    ORDER BY slot
    """,
)
OPEN_OF_CLASS: Final = Statement(
    "chauffeur.open_of_class",
    "How many bookings of this vehicle class without a vehicle overlap this time.",
    """
    SELECT COUNT(*) FROM chauffeur_bookings
    WHERE tenant_id = :tenant_id AND vehicle_id IS NULL AND status IN ('requested', 'confirmed')
      AND vehicle_class = :vehicle_class
      AND ((at_ms < :until_ms AND until_ms > :at_ms)
           OR (back_at_ms < :until_ms AND back_until_ms > :at_ms))
    """,
)
