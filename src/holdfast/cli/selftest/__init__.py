"""`holdfast selftest`: the reconnection test that ships.

Numbers of sessions and kills enter, a verdict with figures leaves. It works in a folder of its own against
a simulator of its own, and never touches the user's sessions.
"""

from holdfast.cli.selftest.run import selftest

__all__ = ["selftest"]
