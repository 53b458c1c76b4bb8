"""Groups, people and the profile: what WhatsApp is asked about them, and what is done with them.

Calls of the API enter, questions and acts for the engine leave. It keeps nothing and sends no message.
"""

from holdfast.people.activity import Activities
from holdfast.people.groups import Groups, invite_code
from holdfast.people.people import People

__all__ = ["Activities", "Groups", "People", "invite_code"]
