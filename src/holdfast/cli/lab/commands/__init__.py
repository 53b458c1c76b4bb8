"""`holdfast lab`: the simulated WhatsApp by hand. Each command imports its work when it is called."""

from holdfast.cli.lab.commands import host, phones, talk, trouble
from holdfast.cli.lab.commands.shared import app

__all__ = ["app", "host", "phones", "talk", "trouble"]
