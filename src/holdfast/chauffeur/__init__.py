"""A chauffeur's booking service, as a room that the gateway mounts when it is switched on.

No core room imports it. Prices and the dialogue are pure; bookings lie in the gateway's database; its bot is
a client of the public API like any other.
"""
