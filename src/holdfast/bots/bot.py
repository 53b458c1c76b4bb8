"""A bot: a router with a name."""

from holdfast.bots.router import Router


class Bot(Router):
    """A named set of handlers. What it remembers and what it has done is kept under the name.

    Alone, the name is its subscription as well.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
