"""Makes docs/img/demo.svg: what `holdfast demo --once` really printed.

Run it from the repository's root: `.venv/bin/python tools/picture_demo.py`. The picture is written only when
the demo came true; it names no font of another host.
"""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path("docs/img/demo.svg")
WIDTH = 100
_MARKS = {"✓": "bold green", "✗": "bold red"}
_TOKEN = re.compile(r"(/login\?token=)\S+")


def main() -> int:
    """The demo's exit code."""
    argv = [sys.executable, "-m", "holdfast.cli", "demo", "--once"]
    ran = subprocess.run(argv, stdout=subprocess.PIPE, text=True, env=dict(os.environ), check=False)
    if ran.returncode == 0:
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        lines = (colored(_TOKEN.sub(r"\1…", line)) for line in ran.stdout.splitlines())
        PICTURE.write_text(drawn("holdfast demo", lines))
    return ran.returncode


def drawn(command: str, lines: Iterable[Text]) -> str:
    """What a command printed, as one SVG in the terminal's colours."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor")
    console.print(Text(f"$ {command}", style="bold"))
    for line in lines:
        console.print(line)
    svg = console.export_svg(title=command)
    # Rich points to fonts on another host; readers have a monospace font of their own.
    return re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)


def colored(line: str) -> Text:
    """Without a terminal the demo prints no colours: the same ones again, by the same marks."""
    text = Text(line)
    if line.startswith("    "):
        text.stylize("cyan")
    elif line[:1] in _MARKS:
        text.stylize(_MARKS[line[0]], 0, 1)
        text.highlight_regex(r" \d+\.\d s$", "bright_black")
    elif line.startswith(" LAB MODE "):
        text.stylize("black on yellow", 0, len(" LAB MODE "))
        text.stylize("yellow", len(" LAB MODE "))
    elif line.startswith("Scanned once"):
        text.stylize("bold green")
    return text


if __name__ == "__main__":
    sys.exit(main())
