"""How phones and simulators are put together: each method belongs to a part that knows only their core."""

from collections.abc import Callable
from types import MethodType
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar, cast, overload

Core = TypeVar("Core")
Core_co = TypeVar("Core_co", covariant=True)
Part = TypeVar("Part")
Args = ParamSpec("Args")
Result = TypeVar("Result")


class Whole(Protocol[Core_co]):
    """Whatever is put together of parts."""

    @property
    def core(self) -> Core_co:
        """What every part works on."""


class Via(Generic[Core, Part, Args, Result]):
    """A method that a part has for the whole. On the class it is the function itself, docstring included."""

    def __init__(
        self, part: Callable[[Core], Part], method: Callable[Concatenate[Part, Args], Result]
    ) -> None:
        self._part = part
        self._method = method

    @overload
    def __get__(self, whole: None, kind: type) -> Callable[Concatenate[Part, Args], Result]: ...

    @overload
    def __get__(self, whole: Whole[Core], kind: type) -> Callable[Args, Result]: ...

    def __get__(
        self, whole: Whole[Core] | None, kind: type
    ) -> Callable[Concatenate[Part, Args], Result] | Callable[Args, Result]:
        if whole is None:
            return self._method
        return cast("Callable[Args, Result]", MethodType(self._method, self._part(whole.core)))
