"""The recovery sheet: a master key as words to read aloud and type, with a sum that finds mistakes. Pure.

Each word is sixteen bits as consonants and vowels in turn, so that no list of words is needed to read them.

Source: D. S. Wilkerson, "A Proposal for Proquints", arXiv 0901.4016.
"""

import hashlib
from typing import Final

from holdfast.model.errors import RequestInvalid

_CONSONANTS: Final = "bdfghjklmnprstvz"
_VOWELS: Final = "aiou"
#: Consonant, vowel, consonant, vowel, consonant: how many bits each letter holds, from the left.
_SHAPE: Final = ((_CONSONANTS, 4), (_VOWELS, 2), (_CONSONANTS, 4), (_VOWELS, 2), (_CONSONANTS, 4))
_WORD_BYTES: Final = 2
_SUM_BYTES: Final = 4
_KEY_BYTES: Final = 32


def words_of(secret: bytes) -> list[str]:
    """The words of a key, the last two of which are a sum over the others."""
    return [_word(both) for both in _pairs(secret + _sum(secret))]


def secret_of(text: str) -> bytes:
    """The key in these words, however they are parted. Raises RequestInvalid, which names the wrong one."""
    words = text.lower().replace("-", " ").replace(",", " ").split()
    wanted = (_KEY_BYTES + _SUM_BYTES) // _WORD_BYTES
    if len(words) != wanted:
        raise RequestInvalid(
            f"The sheet has {wanted} words; these are {len(words)}", next_step="Type all of them."
        )
    raw = b"".join(_bytes_of(number, word) for number, word in enumerate(words, 1))
    secret, found = raw[:_KEY_BYTES], raw[_KEY_BYTES:]
    if found != _sum(secret):
        raise RequestInvalid("The words do not fit together", next_step="Compare each with the sheet.")
    return secret


def _sum(secret: bytes) -> bytes:
    return hashlib.sha256(b"holdfast recovery sheet: " + secret).digest()[:_SUM_BYTES]


def _pairs(raw: bytes) -> list[int]:
    return [int.from_bytes(raw[at : at + _WORD_BYTES]) for at in range(0, len(raw), _WORD_BYTES)]


def _word(value: int) -> str:
    letters, left = "", 8 * _WORD_BYTES
    for alphabet, bits in _SHAPE:
        left -= bits
        letters += alphabet[(value >> left) & (len(alphabet) - 1)]
    return letters


def _bytes_of(number: int, word: str) -> bytes:
    value = 0
    if len(word) != len(_SHAPE):
        raise RequestInvalid(
            f"Word {number} has {len(word)} letters, not {len(_SHAPE)}", next_step="Correct it."
        )
    for letter, (alphabet, bits) in zip(word, _SHAPE, strict=True):
        if letter not in alphabet:
            raise RequestInvalid(
                f"Word {number} cannot be: {letter!r} does not stand there", next_step="Correct it."
            )
        value = value << bits | alphabet.index(letter)
    return value.to_bytes(_WORD_BYTES)
