"""The parts that the browser draws itself, from plain values, and a button."""

from collections.abc import Callable, Mapping
from typing import cast

from nicegui import ui
from nicegui.events import GenericEventArguments

from holdfast.client import Qr
from holdfast.dashboard.drawn import BOARD, QR, drawn
from holdfast.dashboard.views import Patch


class BoardElement(ui.element, component="static/board.js"):
    """Everything between the page's top and its end. Emits `act`, `add` and `kill`."""

    def __init__(self, first: Patch, *, acts: bool) -> None:
        super().__init__()
        self._props["acts"], self._props["words"] = acts, drawn(BOARD)
        self._props["initial"] = cast(dict[str, object], first)

    def apply(self, patch: Patch) -> None:
        """Draw what is different."""
        self.run_method("apply", patch)


class QrElement(ui.element, component="static/qr.js"):
    """A QR code with its countdown."""

    def __init__(self) -> None:
        super().__init__()
        self._props["words"] = drawn(QR)

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


class AskElement(ui.element, component="static/ask.js"):
    """A form with one field; `given` gets what stands in the field when the form is sent.

    `chosen`: the field has the focus from the beginning, and typing replaces what stands in it.
    The browser alone holds what is typed: an input of NiceGUI's own is set by two messages, and what is typed
    between them is lost.
    """

    def __init__(
        self,
        given: Callable[[str], object],
        field: Mapping[str, str],
        *,
        rows: int = 0,
        chosen: bool = False,
    ) -> None:
        super().__init__()
        self._turn = 0
        self._props["field"], self._props["rows"], self._props["chosen"] = dict(field), rows, chosen
        self.begin("")
        self.on("given", lambda event: given(_value(event)))

    def begin(self, first: str) -> None:
        """Put this into the field, whatever stands there."""
        self._turn += 1
        self._props["first"], self._props["turn"] = first, self._turn
        self.update()


def _value(event: GenericEventArguments) -> str:
    return str(event.args.get("value", "")) if isinstance(event.args, dict) else ""


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
