"""`holdfast lab transcript`: every stanza that passed, for people."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.text import Text

from holdfast.cli.lab.attach import attached
from holdfast.cli.lab.words import Unclear
from holdfast.cli.screen import draw, lab_banner, machine
from holdfast.kit import foreign
from holdfast.lab import Node, Stanza

_STYLES = {"message": "green", "receipt": "cyan", "iq": "blue", "notification": "magenta", "failure": "red"}
_STYLES |= {"stream:error": "red", "ack": "bright_black", "success": "green", "presence": "yellow"}


async def transcript(
    data: Path | None,
    trust: Path | None,
    filters: Mapping[str, Any],
    *,
    last: int,
    follow: bool,
    as_json: bool,
    bodies: bool,
) -> None:
    """Print the last stanzas that match, and with `follow` those that come."""
    if filters.get("dir") not in {None, "in", "out"}:
        raise Unclear("--dir is in (from the client) or out (to the client)")
    async with attached(data, trust) as simulator:
        if not as_json:
            lab_banner()
        remembered = await simulator.transcript(**filters)
        for stanza in remembered[-last:]:
            _print(stanza, as_json, bodies)
        if not follow:
            return
        after = remembered[-1].seq if remembered else 0
        async for stanza in simulator.watch(after=after, **filters):
            _print(stanza, as_json, bodies)


def _print(stanza: Stanza, as_json: bool, bodies: bool) -> None:
    if as_json:
        machine(as_body(stanza, bodies))
        return
    draw(coloured(stanza))
    if bodies:
        draw(Text(stanza.node.xml(bodies=True), style="bright_black"))


def coloured(stanza: Stanza) -> Text:
    """One line: time, direction, whose connection, the stanza; what a fault struck stands out."""
    arrow = Text("->", style="bold") if stanza.direction == "in" else Text("<-", style="bold bright_black")
    who = f"+{stanza.account}:{stanza.device}" if stanza.account else f"connection {stanza.conn}"
    attrs = " ".join(f"{name}={foreign.one_line(value)}" for name, value in sorted(stanza.node.attrs.items()))
    inside = ", ".join(child.tag for child in stanza.node.children)
    line = Text.assemble(
        (f"{stanza.at:%H:%M:%S}.{stanza.at.microsecond // 1000:03d} ", "bright_black"),
        (f"{who} ", "bright_black"),
        arrow,
        " ",
        (stanza.tag, f"bold {_STYLES.get(stanza.tag, 'white')}"),
        f" {attrs}",
        (f" ({inside})" if inside else "", "italic"),
    )
    if stanza.fault:
        line.append(f"  {stanza.fault} {stanza.struck}".rstrip(), style="bold red")
    return line


def as_body(stanza: Stanza, bodies: bool) -> Mapping[str, Any]:
    """For machines; without `bodies` a content is its length only."""
    body: dict[str, Any] = {"seq": stanza.seq, "t": stanza.at.isoformat(), "dir": stanza.direction}
    body |= {"conn": stanza.conn, "account": stanza.account, "device": stanza.device}
    body |= {"fault": stanza.fault, "struck": stanza.struck} if stanza.fault else {}
    return body | {"node": _tree(stanza.node, bodies)}


def _tree(node: Node, bodies: bool) -> Mapping[str, Any]:
    body: dict[str, Any] = {"tag": node.tag, "attrs": dict(node.attrs)}
    if node.children:
        body["children"] = [_tree(child, bodies) for child in node.children]
    if node.content:
        hidden = {"bytes": len(node.content)}
        body |= {"base64": base64.b64encode(node.content).decode()} if bodies else hidden
    return body
