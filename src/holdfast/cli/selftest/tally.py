"""Who has seen which token: the count that decides. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Every payload carries a unique token; each is counted where it should arrive."""

    sent: set[str] = field(default_factory=set)
    seen: Counter[str] = field(default_factory=Counter)

    def send(self, token: str) -> None:
        """This token is on its way: from now on it must arrive, once."""
        self.sent.add(token)

    def see(self, token: str) -> None:
        """This token has arrived (again)."""
        self.seen[token] += 1

    @property
    def missing(self) -> set[str]:
        """Tokens that were sent and have not arrived."""
        return {token for token in self.sent if token not in self.seen}

    @property
    def lost(self) -> int:
        """How many never arrived."""
        return len(self.missing)

    @property
    def duplicates(self) -> int:
        """How many arrivals were one too many."""
        return sum(count - 1 for count in self.seen.values())


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile, 0 for nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    rank = max(0, min(len(ordered) - 1, round(share * len(ordered) + 0.5) - 1))
    return ordered[rank]


@dataclass(frozen=True, slots=True)
class Result:
    """What the selftest found."""

    sessions: int
    kills: int
    kills_by_point: Mapping[str, int]
    inbound: Tally
    outbound: Tally
    extra_qr: int
    restore_s: Sequence[float]
    missed_points: Sequence[str]
    troubles: Sequence[str] = ()
    faults: int = 0

    @property
    def ok(self) -> bool:
        """True when nothing was lost, doubled or asked again, every kill struck, every number came back."""
        wrong = sum(tally.lost + tally.duplicates for tally in (self.inbound, self.outbound))
        return wrong + self.extra_qr == 0 and not self.missed_points and not self.troubles

    def machine(self) -> dict[str, object]:
        """For machines; the keys are a promise."""
        return {
            "sessions": self.sessions,
            "kills": self.kills,
            "kills_by_point": dict(self.kills_by_point),
            "faults": self.faults,
            "inbound_sent": len(self.inbound.sent),
            "inbound_lost": self.inbound.lost,
            "inbound_duplicates": self.inbound.duplicates,
            "outbound_accepted": len(self.outbound.sent),
            "outbound_lost": self.outbound.lost,
            "outbound_duplicates": self.outbound.duplicates,
            "extra_qr": self.extra_qr,
            "restore_s": {
                "p50": round(percentile(self.restore_s, 0.5), 3),
                "max": round(max(self.restore_s, default=0.0), 3),
            },
            "ok": self.ok,
        }
