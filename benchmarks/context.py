"""What every benchmark is given: how thorough to be, and where to say what it is doing."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything. Quick runs are smaller, and say so in their figures."""

    small: int = 100  # sessions of the small restore
    large: int | None = 1000  # sessions of the large restore, None: left out
    echo_numbers: int = 20
    echo_phones: int = 10
    repeats: int = 5
    large_repeats: int = 3
    echo_repeats: int = 3
    echo_s: float = 12.0
    lead_s: float = 3.0
    window: int = 96
    qr_repeats: int = 20
    settle_s: float = 90.0
    idle_s: float = 60.0
    baseline_s: float = 30.0
    conversations: int = 500
    queued: int = 10_000  # messages that wait
    queued_chats: int = 500
    companions: int = 5000  # idle ones, for the simulator's own figures
    growth: tuple[int, ...] = (100, 1000, 2500, 5000)  # linked numbers
    peer_numbers: tuple[int, int, int] = (1, 20, 100)  # the second one talks
    peer_echo_s: float = 8.0
    peer_seeds: tuple[int, ...] = (1, 2, 3)
    peer_messages: int = 200
    peer_kills: int = 10
    peer_settle_s: float = 20.0
    seen: int = 200  # numbers on the dashboard's page
    pages: int = 5  # browsers that have it open
    changes: int = 40  # of a colour and back


FULL = Sizes()
QUICK = Sizes(
    large=None,
    repeats=2,
    echo_repeats=1,
    echo_s=6.0,
    lead_s=2.0,
    qr_repeats=5,
    settle_s=15.0,
    idle_s=10.0,
    baseline_s=5.0,
    companions=500,
    growth=(20, 100),
    conversations=100,
    queued=1_000,
    queued_chats=50,
    peer_numbers=(1, 5, 20),
    peer_echo_s=4.0,
    peer_seeds=(1,),
    peer_messages=60,
    peer_kills=3,
    peer_settle_s=5.0,
    seen=20,
    pages=2,
    changes=3,
)


@dataclass(slots=True)
class Context:
    """Handed from benchmark to benchmark; what went wrong is gathered in `errors`, by name."""

    sizes: Sizes
    say: Callable[[str], None]
    #: The URL of a new database for an installation; None for the file in its data folder.
    new_database: Callable[[], str | None] = lambda: None
    errors: dict[str, str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)  # by name, in Markdown, for documents
    crowding: dict[str, float] = field(default_factory=dict)  # of the machine, before each benchmark
