"""The journal's consumers: feeds that follow it, and subscriptions that remember where each consumer stands.

In come filters, cursors and acknowledgements, out go events in order, at the consumer's own pace. It never
pushes: a slow consumer holds up itself alone.
"""

from holdfast.delivery.feed import Feed
from holdfast.delivery.subscription import Consumer, Subscription, Wanted
from holdfast.delivery.subscriptions import Subscriptions, place_of
from holdfast.delivery.turns import Turn
from holdfast.delivery.window import Window

__all__ = ["Consumer", "Feed", "Subscription", "Subscriptions", "Turn", "Wanted", "Window", "place_of"]
