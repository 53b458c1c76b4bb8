"""The addresses, fields and events of the systems that Holdfast replaces, for clients that cannot change yet.

In come requests under /api/whatsapp, out go answers in the old systems' words. It reads the same rooms as the
API, decides nothing, and is there only where `HOLDFAST_LEGACY_API` says so.
"""

from holdfast.legacy.endpoints import mount

__all__ = ["mount"]
