"""Whether what came is what had to come. Pure."""

from collections.abc import Sequence

from faults.row import Come, Seen


def wrong(come: Come, seen: Seen) -> Sequence[str]:
    """Every difference, as one line each; empty when the row holds."""
    found = [seen.trouble] if seen.trouble else []
    if seen.states != come.states:
        found.append(f"passed {seen.states or 'no other state'}, not {come.states or 'no other state'}")
    if seen.told is not come.told:
        found.append(f"its owner was told {seen.told or 'nothing'}, not {come.told or 'nothing'}")
    if seen.alerts != come.alerts:
        found.append(
            f"alerts: {', '.join(sorted(seen.alerts)) or 'none'}, not {', '.join(come.alerts) or 'none'}"
        )
    if come.noticed_s is not None and (seen.noticed_s is None or seen.noticed_s > come.noticed_s):
        found.append(f"noticed after {seen.noticed_s or 0:.1f} s, {come.noticed_s:g} allowed")
    if come.back_s is not None and (seen.back_s is None or seen.back_s > come.back_s):
        found.append(f"back after {seen.back_s or 0:.1f} s, {come.back_s:g} allowed")
    if come.attempts is not None and seen.attempts > come.attempts:
        found.append(f"{seen.attempts} attempts, {come.attempts} allowed")
    if seen.credentials_kept is not come.credentials_kept:
        found.append("credentials were " + ("kept" if seen.credentials_kept else "given up"))
    if bool(seen.codes) is not come.qr:
        found.append(f"{seen.codes} codes were shown" if seen.codes else "no code was shown")
    if not seen.back:
        found.append("it was not connected in the end")
    if seen.lost or seen.doubled:
        found.append(f"{seen.lost} messages lost, {seen.doubled} doubled")
    if seen.refused != come.refused:
        found.append(f"{seen.refused} messages failed, not {come.refused}")
    return found
