"""What a failed test tells of its simulator."""

from typing import Any

from holdfast.lab.admin import SimulatorError

_TAIL = 40


def sections(simulator: Any) -> list[tuple[str, str]]:
    """Titles and texts for pytest's report, from a blocking simulator. Never raises."""
    try:
        passed = simulator.transcript()[-_TAIL:]
        faults = simulator.faults()
        seed = simulator.seed()
    except SimulatorError as failure:
        return [("simulated WhatsApp", f"{failure}\nIts log: {simulator.log_file}")]
    lines = [stanza.line() for stanza in passed] or ["(nothing passed)"]
    told = [("simulated WhatsApp: the last stanzas", "\n".join(lines))]
    if faults:
        told.append(("simulated WhatsApp: faults in force", "\n".join(fault.line() for fault in faults)))
    told.append(("simulated WhatsApp", f"--holdfast-seed {seed} makes it choose the same again"))
    return told
