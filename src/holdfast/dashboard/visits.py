"""One request of a browser that is logged in: who it is, and what it may do."""

from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request

from holdfast.client import Client, Me
from holdfast.dashboard.language import N_, lookup
from holdfast.dashboard.logins import Login

BY_LINK = N_("this machine")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request, its login, and the SDK under the login's own key: nobody does more than that allows."""

    request: Request
    login: Login
    client: Client
    me: Me
    #: Trust file of the simulator, in the lab.
    lab: Path | None
    #: Applications that the gateway mounts.
    applications: tuple[str, ...] = ()

    @property
    def who(self) -> str:
        """The user's name."""
        return self.me.user.name if self.me.user else lookup(BY_LINK)

    @property
    def ref(self) -> str:
        """What the path is about."""
        return str(self.request.path_params.get("ref", ""))

    def may(self, scope: str) -> bool:
        """True when the login has this scope. What it shows; the gateway decides."""
        return scope in self.me.scopes
