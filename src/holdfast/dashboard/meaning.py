"""What the gateway's codes mean, in the reader's language.

It is the codes that are translated. What has a code that this dashboard does not know is said in the
gateway's words.
"""

from collections.abc import Mapping
from typing import Any, Final

from holdfast.client import Alert, AlertRule, HoldfastError, Session, Unlinking, Warned
from holdfast.dashboard.figures import clock
from holdfast.dashboard.language import ENGLISH, N_, _, lookup, ngettext, spoken
from holdfast.dashboard.words import telephone
from holdfast.model import words
from holdfast.model.alerts import Cause
from holdfast.model.reasons import Reason
from holdfast.model.verdicts import BANS
from holdfast.model.warnings import WarningCode
from holdfast.model.words import Words

_REASONS: Final = frozenset(Reason)
_WARNINGS: Final = frozenset(WarningCode)
_CAUSES: Final = _REASONS | _WARNINGS | frozenset(Cause)


def state(code: str) -> str:
    """A session's state in a word or two."""
    return lookup(words.of_state(code))


def reason(code: str, number: int | None = None) -> Words:
    """Why a session is where it is, and what to do about it, in sentences. `number`: WhatsApp's own code."""
    said = words.of_reason(code)
    sentence = lookup(said.sentence.removesuffix("."))
    why = BANS.get(number or 0, "") if code == Reason.BANNED else ""
    if why:
        sentence = f"{sentence}: {lookup(why)}"
    if number:
        sentence = _("%(sentence)s (code %(code)d)", sentence=sentence, code=number)
    return Words(f"{sentence}.", lookup(said.next_step))


def of_session(session: Session) -> Words:
    """Why this session is where it is, and what to do about it."""
    if session.reason in _REASONS:
        return reason(session.reason, session.code)
    return Words(session.sentence, session.next_step)


def warning(it: Warned) -> str:
    """One warning with its next step, in a line."""
    if it.code not in _WARNINGS:
        return line(it.sentence, it.next_step)
    said = words.of_warning(it.code)
    return line(lookup(said.sentence), lookup(said.next_step))


def queue(session: Session) -> str:
    """What a number has to send, if that is anything, or may not."""
    waiting, until = session.queued or 0, session.reachout_locked_until
    said = []
    if waiting:
        said.append(ngettext("%(num)s message to be sent.", "%(num)s messages to be sent.", waiting))
    if until is not None:
        lock = lookup(words.of_error("reachout_locked").sentence)
        said.append(_("%(sentence)s (until %(time)s UTC).", sentence=lock, time=clock(until)))
    return " ".join(said)


def unlinking(it: Unlinking) -> Words:
    """A device that nobody uses any more while its phone still counts it as linked."""
    values = {"phone": telephone(it.phone) or _("A phone"), "session": it.session}
    sentence = _(
        "%(phone)s still counts a device of “%(session)s” as linked, which nobody uses any more.", **values
    )
    return Words(sentence, _("On the phone: Settings, Linked devices; remove it."))


def alert(it: Alert | AlertRule) -> str:
    """What an alert or a rule is about, as a sentence."""
    if it.cause not in _CAUSES:
        return it.sentence
    return f"{lookup(words.of_alert(it.cause).sentence.removesuffix('.'))}."


def check(it: Mapping[str, Any]) -> Mapping[str, Any]:
    """One finding of the doctor's, as the API's JSON has it, with its sentences in the reader's language."""
    code, repair = str(it.get("code")), str(it.get("repair"))
    told = dict(it)
    if code in words.CHECKS:
        said = words.of_check(code)
        told |= {"sentence": f"{lookup(said.sentence)}.", "next_step": lookup(said.next_step)}
    if repair in words.REPAIRS:
        told["repair_sentence"] = lookup(words.of_repair(repair))
    return told


def refusal(refused: HoldfastError) -> str:
    """What was refused and what to do now, in one line."""
    said = of_refusal(refused)
    return line(said.sentence, said.next_step) if said.next_step else said.sentence


def of_refusal(refused: HoldfastError) -> Words:
    """What was refused, and what to do about it.

    What the gateway says beyond the words of the code is English: elsewhere it stands in brackets.
    """
    said = lookup(refused.message)
    if said == refused.message and refused.detail and spoken() is not ENGLISH:
        said = f"{lookup(words.of_error(refused.code).sentence)} ({refused.detail})"
    return Words(said, lookup(refused.next_step))


def advice(step: str) -> str:
    """`Next step: connect it.`; empty when there is nothing to do."""
    if spoken() is ENGLISH:
        return words.advice(step)
    return _("Next step: %(step)s", step=step) if step.strip() else ""


def line(sentence: str, step: str) -> str:
    """What happened and what to do now, in one line."""
    said = sentence if sentence.endswith(("?", ".")) else f"{sentence}."
    return " ".join(it for it in (said, advice(step)) if it)


#: How serious something is, by its code.
SEVERITIES: Final = {
    "info": N_("info"),
    "warning": N_("warning"),
    "critical": N_("critical"),
    "ok": N_("ok"),
    "problem": N_("problem"),
    "error": N_("error"),
}


def severity(code: str) -> str:
    """How serious it is, in a word."""
    return lookup(SEVERITIES.get(code, code))
