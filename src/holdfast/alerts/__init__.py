"""Alerts: a human is told when something needs one, once, and told again when it is over.

In come events of the journal, out go messages through mail, chat services, webhooks and linked numbers, each
channel in a task of its own. It never holds up what it tells of: a channel that hangs costs a process of its
own and nothing else.
"""

from holdfast.alerts.channels import Channel, Wishes
from holdfast.alerts.ledger import Alert, Subject
from holdfast.alerts.quiet import QuietHours
from holdfast.alerts.rules import DEFAULTS, Rule, Signal, Turn
from holdfast.alerts.service import Alerts, Entry, Notified
from holdfast.alerts.ways import Sessions, Ways

__all__ = [
    "DEFAULTS",
    "Alert",
    "Alerts",
    "Channel",
    "Entry",
    "Notified",
    "QuietHours",
    "Rule",
    "Sessions",
    "Signal",
    "Subject",
    "Turn",
    "Ways",
    "Wishes",
]
