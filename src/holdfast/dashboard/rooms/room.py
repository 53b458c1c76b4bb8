"""What a plain page is: a path, what it shows, and what its forms ask for."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from holdfast.dashboard.visits import Visit

Form = Mapping[str, str]
#: What a template is given.
Values = Mapping[str, object]
Show = Callable[[Visit], Awaitable[Values]]
#: Does what a form asks for. Values are shown in the answer, this once; None: the page is shown again; a
#: path: the browser goes there, because what the page showed is gone.
Act = Callable[[Visit, Form], Awaitable[Values | str | None]]


@dataclass(frozen=True, slots=True)
class Room:
    """One page. `acts` are named by the value of a form's pressed button."""

    path: str
    template: str
    title: str
    show: Show
    #: Without this scope the page is not offered.
    scope: str = "read"
    acts: Mapping[str, Act] = field(default_factory=dict)
    #: So many fields a form of it may have.
    fields: int = 64
    #: What the page shows again of a form that was refused, so that nothing has to be typed twice.
    again: Callable[[Form], Values] = lambda _: {}
