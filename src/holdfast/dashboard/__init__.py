"""The page on port 4000: every number's colour, live, for people.

What the public API tells enters, one calm page for any number of browsers leaves. It never reads the
gateway's database, holds no key of its own, and decides nothing about a session.
"""

__all__: list[str] = []
