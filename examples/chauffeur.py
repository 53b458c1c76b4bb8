"""A chauffeur's booking service in words, on the application of that name (docs/chauffeur.md).

The gateway must have it: HOLDFAST_APPLICATIONS=chauffeur.
"""

from holdfast.chauffeur.bot import bot

__all__ = ["bot"]
