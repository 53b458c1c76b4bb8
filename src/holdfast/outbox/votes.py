"""Votes, sealed under the secret of the poll that they are in. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from holdfast.outbox.v1.whatsapp_pb2 import PollEncValue, PollVoteMessage


@dataclass(frozen=True, slots=True)
class Ballot:
    """What the key of one vote depends on. JIDs without device, in the form that the receivers see."""

    poll_id: str
    author: str  #: who made the poll
    voter: str
    secret: bytes = field(repr=False)  #: the poll's message secret


def seal(options: Sequence[str], ballot: Ballot, iv: bytes) -> PollEncValue:
    """The encrypted vote for these options; for none of them it takes an earlier vote back.

    Source: whatsmeow 35ae40906e74, generateMsgSecretKey and EncryptPollVote.
    """
    vote = PollVoteMessage(selected_options=[hashlib.sha256(each.encode()).digest() for each in options])
    info = f"{ballot.poll_id}{ballot.author}{ballot.voter}Poll Vote".encode()
    key = HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(ballot.secret)
    beside = f"{ballot.poll_id}\0{ballot.voter}".encode()
    return PollEncValue(enc_payload=AESGCM(key).encrypt(iv, vote.SerializeToString(), beside), enc_iv=iv)
