"""Groups, people and the profile: what WhatsApp is asked about them, and what is done with them.

Calls of the API enter, questions and acts for the engine leave. It keeps what WhatsApp forgets with every
connection, and sends no message.
"""

from holdfast.people.activity import Activities
from holdfast.people.groups import Groups, invite_code
from holdfast.people.people import People
from holdfast.people.presences import Presences
from holdfast.people.probing import Probing

__all__ = ["Activities", "Groups", "People", "Presences", "Probing", "invite_code"]
