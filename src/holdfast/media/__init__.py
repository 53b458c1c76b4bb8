"""Files of messages: taken in, fetched from WhatsApp, put there, kept by content, given up in time.

In come streams of bytes, addresses, and what received messages name; out go whole files under an id, and
where a file lies on WhatsApp's servers. It never shows half a file, and never fetches one that is here.
"""

from holdfast.media.attaching import attach, described, file_for
from holdfast.media.expecting import Expecting, Named, note_unfetched
from holdfast.media.fetching import Fetcher
from holdfast.media.library import File, Given, Library
from holdfast.media.objectstore import Bucket, ObjectStore
from holdfast.media.placing import Placer, note_placed
from holdfast.media.policy import FetchPolicy
from holdfast.media.settings import Limits
from holdfast.media.storage import LocalFolder, Storage

__all__ = [
    "Bucket",
    "Expecting",
    "FetchPolicy",
    "Fetcher",
    "File",
    "Given",
    "Library",
    "Limits",
    "LocalFolder",
    "Named",
    "ObjectStore",
    "Placer",
    "Storage",
    "attach",
    "described",
    "file_for",
    "note_placed",
    "note_unfetched",
]
