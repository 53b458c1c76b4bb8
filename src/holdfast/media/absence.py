"""Why a file that messages name is not here, as the refusal that a client gets. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from holdfast.model.errors import MediaError, MediaExpired, MediaGone, MediaNotHere
from holdfast.model.media import FileState
from holdfast.model.words import of_error

#: Several messages may name one file: the state that is nearest to bringing it is told.
_NEAREST: Final = (
    FileState.WANTED,
    FileState.WAITING,
    FileState.ASKED,
    FileState.SKIPPED,
    FileState.EXPIRED,
    FileState.FAILED,
)
_COMES: Final = "Wait for the event `message.file`, then ask again."
_WORDS: Final[Mapping[FileState, tuple[str, str]]] = {
    FileState.WANTED: ("The file is being fetched", _COMES),
    FileState.WAITING: ("The file is being fetched", _COMES),
    FileState.ASKED: ("WhatsApp has dropped the file; the phone is asked for it", _COMES),
    FileState.SKIPPED: (
        "The session's policy leaves this file where it is",
        "POST …/messages/{id}/file fetches it.",
    ),
}


def absence(states: Iterable[tuple[FileState, str | None]]) -> MediaError:
    """The refusal for a file that is not here; `states` are where its messages' files stand, with codes.

    MediaGone when nobody has it any more, MediaExpired when retention has removed it, else MediaNotHere.
    """
    found = sorted((it for it in states if it[0] in _NEAREST), key=lambda it: _NEAREST.index(it[0]))
    if not found:
        return MediaNotHere()
    state = found[0][0]
    if state is FileState.EXPIRED:
        return MediaExpired()
    if state is not FileState.FAILED:
        sentence, next_step = _WORDS[state]
        return MediaNotHere(sentence, next_step=next_step)
    codes = [it[1] or "" for it in found]
    other = next((it for it in codes if it != MediaGone.code), None)
    if other is None:
        return MediaGone()
    return MediaNotHere(of_error(other).sentence, next_step=of_error(other).next_step)
