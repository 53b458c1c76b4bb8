"""Why a recipient is nobody, with the likely fix. Pure."""

from holdfast.model.address import national_digits
from holdfast.model.errors import RecipientInvalid


def nobody(to: str, phone: str) -> RecipientInvalid:
    """The refusal of a recipient. `phone` is the session's number, whose country a national one is of."""
    national = national_digits(to)
    if national is None:
        return RecipientInvalid()
    code = _country_code(phone)
    like = f"+{code}{national}" if code else "+4915112345678"
    return RecipientInvalid(
        "The number has no country code", next_step=f"Give it with its country code, like {like}."
    )


def _country_code(phone: str) -> str:
    # Loaded at the first mistake, not at the start.
    import phonenumbers

    try:
        return str(phonenumbers.parse(f"+{phone.lstrip('+')}").country_code)
    except phonenumbers.NumberParseException:
        return ""
