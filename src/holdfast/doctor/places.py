"""What can be seen of an installation without opening anything: space, permissions, leftovers."""

import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from holdfast.doctor.report import Check, Level, Repair

_LITTLE_BYTES: Final = 500 * 1024 * 1024
_TOO_LITTLE_BYTES: Final = 50 * 1024 * 1024
_OTHERS: Final = 0o077
#: What is made and not finished, by a crash in between.
_HALVES: Final = (("snapshots", ".half-*"), ("snapshots", "*/.discarded-*"), ("quarantine", ".discarded-*"))


@dataclass(frozen=True, slots=True)
class Places:
    """Where an installation lies."""

    data: Path
    master_key: Path

    def look(self) -> Sequence[Check]:
        """Space, permissions and leftovers."""
        return [self._space(), *self._permissions(), *self._leftovers()]

    def _space(self) -> Check:
        try:
            free = shutil.disk_usage(self.data).free
        except OSError as exc:
            return Check("data_folder_unusable", Level.PROBLEM, f"{self.data}: {exc.strerror}")
        level = Level.OK
        if free < _LITTLE_BYTES:
            level = Level.PROBLEM if free < _TOO_LITTLE_BYTES else Level.WARNING
        code = "disk_space" if level is Level.OK else "disk_nearly_full"
        return Check(code, level, f"{free / 1e6:,.0f} MB free at {self.data}")

    def _permissions(self) -> Iterator[Check]:
        found = 0
        for path in self._private():
            try:
                mode = path.lstat().st_mode
                writable = os.access(path, os.W_OK)
            except FileNotFoundError:
                continue
            except OSError as exc:
                yield Check("file_unreadable", Level.PROBLEM, f"{path}: {exc.strerror}")
                continue
            found += 1
            if stat.S_IMODE(mode) & _OTHERS:
                yield Check(
                    "open_to_others",
                    Level.PROBLEM,
                    f"{path} ({stat.S_IMODE(mode):o})",
                    Repair.CLOSE_TO_OTHERS,
                    path=str(path),
                )
            if not writable and path != self.master_key:
                yield Check("not_writable", Level.PROBLEM, str(path))
        yield Check("permissions_looked_at", Level.OK, f"{found} files and folders")

    def _private(self) -> Iterator[Path]:
        yield self.data
        yield self.master_key
        for name in (
            "sessions",
            "snapshots",
            "quarantine",
            "run",
            "logs",
            "media",
            "local.key",
            "registry.json",
        ):
            yield self.data / name
        yield from (self.data / "sessions").glob("*")
        yield from (self.data / "sessions").glob("*/session.*")

    def _leftovers(self) -> Iterator[Check]:
        for path in sorted(self.data.glob("registry.json.damaged-*")):
            yield Check("registry_was_damaged", Level.WARNING, path.name)
        for place, pattern in _HALVES:
            for path in sorted((self.data / place).glob(pattern)):
                yield Check("half_left_over", Level.WARNING, str(path.relative_to(self.data)))

    def close_to_others(self, path: str) -> None:
        """Take everybody else's permissions from a file. Raises OSError."""
        file = Path(path)
        file.chmod(stat.S_IMODE(file.lstat().st_mode) & ~_OTHERS)
