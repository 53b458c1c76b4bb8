"""A session in the old systems' words: an instance. Pure."""

from pydantic import BaseModel, Field

from holdfast.kit.iso import iso_or_none
from holdfast.model.reasons import MEANINGS
from holdfast.model.states import ConnectionStatus, State
from holdfast.model.words import of_reason
from holdfast.sessions import View


class InstanceOut(BaseModel):
    """One WhatsApp number, as the old systems tell of it."""

    id: str
    instanceId: str = Field(description="the same as `id`")
    name: str
    instanceName: str = Field(description="the same as `name`")
    phoneNumber: str | None = Field(description="+4915…; null until it is linked")
    status: State = Field(description="the session's state")
    connectionStatus: ConnectionStatus
    isConnected: bool
    requiresAuth: bool = Field(description="only a new QR code helps")
    reason: str = Field(
        description="`session_expired` where the phone has unlinked it, else Holdfast's reason"
    )
    message: str = Field(description="the reason as a sentence")
    lastConnected: str | None
    lastHeartbeat: str | None


class InstancesOut(BaseModel):
    """Every instance, oldest first."""

    success: bool = True
    instances: list[InstanceOut]


class StatusOut(InstanceOut):
    """How one instance is."""

    success: bool = True


def fields_of(view: View) -> dict[str, object]:
    """The fields of an instance."""
    return {
        "id": view.id,
        "instanceId": view.id,
        "name": view.name,
        "instanceName": view.name,
        "phoneNumber": view.phone,
        "status": view.state,
        "connectionStatus": view.connection_status,
        "isConnected": view.state.up,
        "requiresAuth": view.requires_auth,
        "reason": MEANINGS[view.reason].notice or view.reason.value,
        "message": of_reason(view.reason, view.code).sentence,
        "lastConnected": iso_or_none(view.last_connected_ms),
        "lastHeartbeat": iso_or_none(view.last_heartbeat_ms),
    }
