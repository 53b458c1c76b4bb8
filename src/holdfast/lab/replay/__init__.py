"""Replays: conversation files played against a simulated WhatsApp, a real gateway and the bots.

Scripts enter, the line that did not come true leaves. One world serves many scripts, one after the other.
"""

from holdfast.lab.replay.play import play
from holdfast.lab.replay.script import Conversation, ScriptError, read
from holdfast.lab.replay.world import World

__all__ = ["Conversation", "ScriptError", "World", "play", "read"]
