"""What everybody in the comparison can do: start, link numbers, be killed, end."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from benchmarks import procfs
from benchmarks.simulator import Simulator

Say = Callable[[str], None]


class Peer(ABC):
    """One program under comparison, in a folder of its own beside one simulator.

    `numbers` are the phones whose links it holds. `heard` is the file into which its bot writes each text
    that it is handed, one a line: what is missing there was lost before the bot, what is there and came back
    to no phone was lost after it.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    #: How it runs here, for those who read its figures.
    configured: ClassVar[str]

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        self.folder, self.simulator = folder, simulator
        self.numbers: list[str] = []
        self.heard = folder / "heard.log"

    @classmethod
    @abstractmethod
    async def prepare(cls, say: Say) -> None:
        """Install or build what it needs. Raises ProcessFailed with the next step."""

    @abstractmethod
    async def spawn(self, count: int, *, bot: bool) -> None:
        """Start its processes for so many numbers. A bot that is a process of its own runs only if wanted."""

    @abstractmethod
    async def link(self, count: int, say: Say) -> None:
        """Link numbers until there are so many, as a user does: by scanning its QR codes. It must run."""

    @abstractmethod
    async def kill(self) -> None:
        """`kill -9` everything of it at once, its bot too."""

    @abstractmethod
    async def end(self) -> None:
        """Stop what runs. Safe to call twice."""

    @abstractmethod
    def pids(self) -> Mapping[str, int]:
        """The processes whose cost is its own; the bot's too while it runs."""

    def cpu_s(self) -> float:
        """CPU seconds that they have used so far."""
        return sum(procfs.cpu_s(pid) for pid in self.pids().values())

    def memory_mib(self) -> float:
        """Their memory: PSS, which counts shared pages by their share."""
        return sum(procfs.memory_kib(pid)["pss"] for pid in self.pids().values()) / 1024

    def handed(self) -> set[str]:
        """Every text that its bot was handed so far."""
        try:
            return set(self.heard.read_text().splitlines())
        except FileNotFoundError:
            return set()
