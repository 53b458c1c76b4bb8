"""The room after its endpoints, and its refusals as HTTP statuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Path
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from holdfast.chauffeur.booking import BookingRefused, UnknownBooking
from holdfast.chauffeur.office import Office
from holdfast.chauffeur.quote import TripNotPriceable


def _office(connection: HTTPConnection) -> Office:
    # The framework's one untyped place: mounting has put an Office there.
    office: Office = connection.app.state.chauffeur
    return office


AtOffice = Annotated[Office, Depends(_office)]
Ref = Annotated[str, Path(description="a booking's id or reference", max_length=64)]


@contextmanager
def refusals_told() -> Iterator[None]:
    """What the room refuses becomes an answer with its sentence."""
    try:
        yield
    except UnknownBooking as refused:
        raise HTTPException(404, str(refused)) from None
    except BookingRefused as refused:
        raise HTTPException(409, str(refused)) from None
    except TripNotPriceable as refused:
        raise HTTPException(422, f"{refused.field}: {refused}") from None
