"""The SDK for programs without an event loop: every call blocks, and returns when it is done.

Names are those of `holdfast.client`; values and errors are imported from there.
"""

from holdfast.sync.client import Client
from holdfast.sync.streams import EventStream, Opened

__all__ = ["Client", "EventStream", "Opened"]
