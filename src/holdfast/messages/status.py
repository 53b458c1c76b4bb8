"""What the receipts of a message say about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from holdfast.model.events import SendStatus
from holdfast.model.messages import ReceiptKind

#: The receipts of recipients, and the status that one of them proves. Others say nothing about a recipient.
PROVES: Final[Mapping[ReceiptKind, SendStatus]] = {
    ReceiptKind.DELIVERED: SendStatus.DELIVERED,
    ReceiptKind.READ: SendStatus.READ,
    ReceiptKind.PLAYED: SendStatus.READ,
}

#: The order in which a status may move. `failed` is an end of its own: nothing leads out of it.
RANK: Final[Mapping[SendStatus, int]] = {
    SendStatus.QUEUED: 0,
    SendStatus.SENT: 1,
    SendStatus.DELIVERED: 2,
    SendStatus.READ: 3,
    SendStatus.FAILED: 9,
}


@dataclass(frozen=True, slots=True)
class Receipts:
    """How many recipients a receipt came from."""

    delivered_to: int = 0
    read_by: int = 0


def status_of(*, waits: bool, failed: bool, group: bool, receipts: Receipts) -> SendStatus:
    """Where a message of ours stands.

    In a group it stays `sent`: one member's receipt says nothing about the others, and the counts tell the
    rest.
    """
    if failed:
        return SendStatus.FAILED
    if waits:
        return SendStatus.QUEUED
    if group:
        return SendStatus.SENT
    if receipts.read_by:
        return SendStatus.READ
    return SendStatus.DELIVERED if receipts.delivered_to else SendStatus.SENT
