"""The question before something that hurts."""

from nicegui import ui

from holdfast.dashboard.language import _


class Confirm:
    """One dialog per page; the safe answer is the one that Enter and Escape give."""

    def __init__(self) -> None:
        with ui.dialog() as self._dialog, ui.card().classes("hf-dialog").props("flat"):
            self._title = ui.label().classes("hf-title").props("role=heading aria-level=2")
            self._text = ui.label()
            with ui.element("div").classes("hf-dialog-foot"):
                with ui.element("button").classes("hf-button").props("type=button autofocus") as no:
                    ui.html(_("Cancel"), tag="span")
                with (
                    ui.element("button")
                    .classes("hf-button hf-sure")
                    .props("type=button data-test=sure") as yes
                ):
                    self._word = ui.label()
        self._dialog.props(f"role=alertdialog aria-labelledby={self._title.html_id}")
        no.on("click", lambda: self._dialog.submit(False))
        yes.on("click", lambda: self._dialog.submit(True))

    async def ask(self, title: str, text: str, word: str) -> bool:
        """Return True only when somebody pressed the button that says `word`.

        A question that comes while another one is open is not asked: its answer could be meant for the other.
        """
        if self._dialog.value:
            return False
        self._title.set_text(title)
        self._text.set_text(text)
        self._word.set_text(word)
        return (await self._dialog) is True
