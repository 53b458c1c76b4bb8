"""How a phone is put together: each method belongs to a small part that knows only the phone's line."""

from collections.abc import Callable
from types import MethodType
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar, cast, overload

from holdfast.lab.line import Line

Part = TypeVar("Part")
Args = ParamSpec("Args")
Result = TypeVar("Result")


class HasLine(Protocol):
    """Whatever the admin API knows as a phone."""

    @property
    def line(self) -> Line:
        """Its number and its admin API."""


class Via(Generic[Part, Args, Result]):
    """A method that a part has for the whole. On the class it is the function itself, docstring included."""

    def __init__(
        self, part: Callable[[Line], Part], method: Callable[Concatenate[Part, Args], Result]
    ) -> None:
        self._part = part
        self._method = method

    @overload
    def __get__(self, whole: None, kind: type) -> Callable[Concatenate[Part, Args], Result]: ...

    @overload
    def __get__(self, whole: HasLine, kind: type) -> Callable[Args, Result]: ...

    def __get__(
        self, whole: HasLine | None, kind: type
    ) -> Callable[Concatenate[Part, Args], Result] | Callable[Args, Result]:
        if whole is None:
            return self._method
        return cast("Callable[Args, Result]", MethodType(self._method, self._part(whole.line)))
