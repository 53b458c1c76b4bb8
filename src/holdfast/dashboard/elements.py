"""The two parts that the browser draws itself, from plain values, and a button."""

from collections.abc import Callable
from typing import cast

from nicegui import ui

from holdfast.client import Qr
from holdfast.dashboard.views import Patch


class BoardElement(ui.element, component="static/board.js"):
    """Everything between the page's top and its end. Emits `act`, `add` and `kill`."""

    def __init__(self, first: Patch, *, acts: bool) -> None:
        super().__init__()
        self._props["acts"] = acts
        self._props["initial"] = cast(dict[str, object], first)

    def apply(self, patch: Patch) -> None:
        """Draw what is different."""
        self.run_method("apply", patch)


class QrElement(ui.element, component="static/qr.js"):
    """A QR code with its countdown."""

    def show(self, qr: Qr) -> None:
        """Draw this code and count its time down."""
        self._props["svg"] = svg(qr.code)
        self._props["seconds"] = qr.expires_in_s
        self._props["index"], self._props["of"] = qr.index, qr.of
        self.update()

    def clear_code(self) -> None:
        """Forget the code."""
        self._props["svg"] = ""
        self.update()


def button(text: str, classes: str, pressed: Callable[[], object] | None) -> ui.element:
    """A button that says this. None: its form takes the press."""
    made = ui.element("button").classes(classes).props("type=button")
    with made:
        ui.html(text, tag="span")
    if pressed is not None:
        made.on("click", pressed)
    return made


def svg(code: str) -> str:
    """The code as a picture, black on white in the dark too: cameras want it so."""
    import segno

    return str(segno.make(code, micro=False).svg_inline(border=2, omitsize=True, dark="#000", light="#fff"))
