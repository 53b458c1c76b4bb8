"""`holdfast lab`: the simulated WhatsApp by hand.

Command lines enter, lines for people or JSON leave. It drives the simulator through `holdfast.lab` and, where
a session is meant, the gateway through its public API; it never touches a data folder's database.
"""
