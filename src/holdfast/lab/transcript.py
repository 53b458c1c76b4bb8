"""The transcript: every stanza that passed the simulated server, as values to filter and to assert on."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from holdfast.lab.facts import read

#: Parameters of a transcript query, in the admin API's words.
FILTERS = (
    "account",
    "device",
    "conn",
    "dir",
    "tag",
    "xmlns",
    "type",
    "id",
    "since",
    "until",
    "text",
    "fault",
)


@dataclass(frozen=True, slots=True)
class Node:
    """One XML-like node. It has children or content, never both."""

    tag: str
    attrs: Mapping[str, str] = field(default_factory=dict)
    children: Sequence["Node"] = field(
        default=(), metadata={"read": lambda items: [read(Node, item) for item in items]}
    )
    content: bytes = field(default=b"", metadata={"json": "base64", "read": base64.b64decode})

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attrs.get(name, default)

    def walk(self) -> Iterator["Node"]:
        """This node and everything below it, outer ones first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def find(self, tag: str) -> "Node | None":
        """The first node of this tag, this one included."""
        return next((node for node in self.walk() if node.tag == tag), None)

    def xml(self, bodies: bool = False, depth: int = 0) -> str:
        """As text, one line per node. Without `bodies` only the length of a content is told."""
        pad = "  " * depth
        head = " ".join(
            [self.tag, *(f"{name}={quoteattr(value)}" for name, value in sorted(self.attrs.items()))]
        )
        if self.children:
            inner = "\n".join(child.xml(bodies, depth + 1) for child in self.children)
            return f"{pad}<{head}>\n{inner}\n{pad}</{self.tag}>"
        if not self.content:
            return f"{pad}<{head}/>"
        shown = _shown(self.content) if bodies else f"[{len(self.content)} bytes]"
        return f"{pad}<{head}>{shown}</{self.tag}>"


def _shown(content: bytes) -> str:
    text = content.decode(errors="replace")
    return text if text.isprintable() else content.hex()


@dataclass(frozen=True, slots=True)
class Stanza:
    """A stanza with its circumstances. Directions are the server's: "in" came from the client."""

    seq: int
    at: datetime = field(metadata={"json": "t", "read": datetime.fromisoformat})
    direction: str = field(metadata={"json": "dir"})
    node: Node = field(metadata={"read": lambda body: read(Node, body)})
    conn: int = 0
    account: str = ""
    device: int = 0
    #: The fault that struck it, name and id, and what became of it; "" for none.
    fault: str = ""
    struck: str = ""

    @property
    def tag(self) -> str:
        """Its tag: "message", "receipt", "iq", …"""
        return self.node.tag

    @property
    def id(self) -> str:
        """Its id, "" without one."""
        return self.node.get("id")

    def line(self) -> str:
        """On one line, for people: direction, connection and the outermost node, without what is inside."""
        arrow = "from" if self.direction == "in" else "to  "
        who = f"{self.account}:{self.device}" if self.account else f"connection {self.conn}"
        attrs = " ".join(f"{name}={value}" for name, value in sorted(self.node.attrs.items()))
        inside = ",".join(child.tag for child in self.node.children)
        struck = f"  !! {self.fault} {self.struck}" if self.fault else ""
        said = f"{self.tag} {attrs}" + (f" ({inside})" if inside else "")
        return f"{self.at:%H:%M:%S.%f} {arrow} {who}  {said}{struck}"


def query(filters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters of a query. Raises TypeError for a filter that does not exist, as a call would."""
    given = dict(filters)
    if "direction" in given:
        given["dir"] = given.pop("direction")
    for name in given:
        if name not in FILTERS:
            raise TypeError(f"The transcript has no filter {name!r}; there are: {', '.join(FILTERS)}")
    for name in ("since", "until"):
        if isinstance(given.get(name), datetime):
            given[name] = given[name].isoformat()
    if "account" in given and given["account"] is not None:
        account = given["account"]
        given["account"] = account if isinstance(account, str) else account.phone
    return given
