"""Search: the messages that hold some words, of one number or of all.

In come messages that are stored already, out go those that match. The index is of the database's own kind
(FTS5, tsvector) and holds words that were made plain here, so that both find the same. It is fed off the way
of messages, and can be made again from them at any time.
"""

from holdfast.search.indexing import Index
from holdfast.search.search import Found, Search, Where

__all__ = ["Found", "Index", "Search", "Where"]
