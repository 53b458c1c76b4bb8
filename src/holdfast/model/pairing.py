"""How far a pairing is: what the person has to do next. Pure."""

from enum import StrEnum


class PairingStep(StrEnum):
    """Served under these names."""

    SCAN = "scan"  # a QR code is shown
    TYPE_CODE = "type_code"  # eight characters are shown, to be typed on the phone
    USE_PASSKEY = "use_passkey"  # the phone's account wants a passkey on top
    COMPARE_CODES = "compare_codes"  # phone and screen show a code, and a person says whether it is the same
    ACCEPTED = "accepted"  # the phone has said yes: nothing is left to do
