"""The archive's file: written as one stream, read as one stream.

An ordinary tar of three: `holdfast-backup.json`, `identity.age` where a passphrase locks it, and
`content.tar.age`, which is a tar again. `tar` and `age` open it where no Holdfast is left.
"""

import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

from holdfast.backup.locks import Key, Lock, Source, begin, identities
from holdfast.backup.manifest import (
    Content,
    Description,
    Manifest,
    may_lie_inside,
    read_description,
    read_manifest,
)
from holdfast.kit.files import open_scratch
from holdfast.model.errors import BackupLocked, BackupTorn

_ABOUT: Final = "holdfast-backup.json"
_IDENTITY: Final = "identity.age"
_CONTENT: Final = "content.tar.age"
_MANIFEST: Final = "manifest.json"
_PIECE: Final = 256 * 1024
_BLOCK: Final = 512
#: More than a description or a locked identity ever has.
_SMALL: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """One file that goes into an archive: its name there, and where it lies or its bytes."""

    name: str
    at: Path | bytes

    @property
    def size_bytes(self) -> int:
        """How long it is now."""
        return len(self.at) if isinstance(self.at, bytes) else self.at.stat().st_size


def write(
    path: Path,
    lock: Lock,
    parts: Sequence[Part],
    manifest: Callable[[Sequence[Content]], Manifest],
    told: Callable[[int], None],
) -> Manifest:
    """Write the archive to `path`, which nobody has made before; it is durable when this returns.

    `told` hears how many bytes of the parts went in. Raises OSError, BackupTorn when a part changed
    meanwhile; what was written so far stays for the caller to remove.
    """
    import pyrage

    to, locked = begin(lock)
    stream = _Stream(parts, manifest, told)
    description = manifest(()).description
    with os.fdopen(open_scratch(path), "wb") as file:
        _entry(file, _ABOUT, json.dumps(asdict(description), indent=1).encode() + b"\n")
        if locked:
            _entry(file, _IDENTITY, locked)
        start = file.tell()
        file.write(bytes(_BLOCK))  # its header, once its size is known
        try:
            pyrage.encrypt_io(stream, file, to)
        except pyrage.EncryptError as exc:
            # What the disk or a part said is lost in the library: whoever reads and writes remembers it.
            raise stream.failed or _disk(file, exc) from exc
        size = file.tell() - start - _BLOCK
        file.write(bytes(-size % _BLOCK + 2 * _BLOCK))
        file.seek(start)
        file.write(_header(_CONTENT, size))
        file.flush()
        os.fsync(file.fileno())
    return stream.manifest


def describe(path: Path) -> Description:
    """What the archive says of itself without being opened.

    Raises BackupTorn, BackupNewer, OSError.
    """
    with path.open("rb") as file:
        return _front(file)[0]


def extract(path: Path, key: Key, folder: Path, told: Callable[[int], None]) -> Manifest:
    """Open the archive and write its files into `folder`, which is empty; every hash has been compared.

    Raises BackupTorn, BackupLocked, BackupNewer, OSError.
    """
    with path.open("rb") as file:
        description, locked, size = _front(file)
        opened = identities(key, locked)
        manifest, written = _unpack(_Bounded(file, size), opened, folder, told)
    if manifest.description != description:
        raise BackupTorn("The archive's description is not the one of its content")
    if {it.name: it for it in manifest.files} != written:
        raise BackupTorn("The archive's files are not those of its manifest")
    return manifest


class _Stream:
    """The content as tar, for whoever reads it: made piece by piece, never whole in memory."""

    def __init__(
        self,
        parts: Sequence[Part],
        manifest: Callable[[Sequence[Content]], Manifest],
        told: Callable[[int], None],
    ) -> None:
        self._parts, self._make, self._told = parts, manifest, told
        self._pieces, self._left = self._tar(), memoryview(b"")
        self.failed: OSError | BackupTorn | None = None
        self.manifest = manifest(())

    def read(self, size: int = -1) -> bytes:
        """For the library; its errors are remembered, because it turns them into its own."""
        try:
            while not self._left:
                piece = next(self._pieces, None)
                if piece is None:
                    return b""
                self._left = memoryview(piece)
        except (OSError, BackupTorn) as exc:
            self.failed = exc
            raise
        taken = self._left if size < 0 else self._left[:size]
        self._left = self._left[len(taken) :]
        return bytes(taken)

    def _tar(self) -> Iterator[bytes]:
        contents: list[Content] = []
        for part in self._parts:
            size, digest, seen = part.size_bytes, hashlib.sha256(), 0
            yield _header(part.name, size)
            for piece in _pieces(part.at, size):
                digest.update(piece)
                seen += len(piece)
                self._told(len(piece))
                yield piece
            if seen != size:
                raise BackupTorn(f"{part.name} changed while it was read")
            yield bytes(-size % _BLOCK)
            contents.append(Content(part.name, size, digest.hexdigest()))
        self.manifest = self._make(contents)
        raw = self.manifest.to_json()
        yield _header(_MANIFEST, len(raw)) + raw + bytes(-len(raw) % _BLOCK + 2 * _BLOCK)


def _pieces(at: Path | bytes, size: int) -> Iterator[bytes]:
    if isinstance(at, bytes):
        yield at
        return
    with at.open("rb") as file:
        left = size
        while left and (piece := file.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


def _entry(file: IO[bytes], name: str, content: bytes) -> None:
    file.write(_header(name, len(content)) + content + bytes(-len(content) % _BLOCK))


def _disk(file: IO[bytes], exc: Exception) -> OSError:
    """The error of the disk, which says itself again what the library has swallowed."""
    try:
        file.flush()
        os.fsync(file.fileno())
    except OSError as said:
        return said
    return OSError(0, str(exc))


def _front(file: IO[bytes]) -> tuple[Description, bytes, int]:
    """The description, the locked identity and the content's length; the file stands at the content then."""
    about, locked = b"", b""
    while True:
        name, size = _next(file)
        if name == _CONTENT:
            here = file.tell()
            if here + size > os.fstat(file.fileno()).st_size:
                raise BackupTorn("The archive ends early")
            return read_description(about), locked, size
        if size > _SMALL or name not in (_ABOUT, _IDENTITY):
            raise BackupTorn("This is no backup of Holdfast")
        body = file.read(size)
        file.seek(-size % _BLOCK, os.SEEK_CUR)
        about, locked = (body, locked) if name == _ABOUT else (about, body)
        if name == _ABOUT:
            read_description(about)  # a newer one may go on in another way


def _next(file: IO[bytes]) -> tuple[str, int]:
    try:
        info = tarfile.TarInfo.frombuf(file.read(_BLOCK), "utf-8", "strict")
    except (tarfile.TarError, UnicodeDecodeError) as exc:
        raise BackupTorn("This is no backup of Holdfast, or not a whole one") from exc
    return info.name, info.size


class _Bounded:
    """So many bytes of a file, and no more: after the last one nothing may follow."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int = -1) -> bytes:
        """See Source."""
        piece = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return piece


def _unpack(
    file: Source, opened: Sequence[Any], folder: Path, told: Callable[[int], None]
) -> tuple[Manifest, dict[str, Content]]:
    decrypting = _Decrypting(file, opened)
    manifest: Manifest | None = None
    written: dict[str, Content] = {}
    try:
        with tarfile.open(fileobj=cast(IO[bytes], decrypting.output), mode="r|") as content:
            for info in content:
                if manifest is not None or not info.isreg() or not may_lie_inside(info.name):
                    raise BackupTorn("The archive holds what no backup of Holdfast holds")
                source = content.extractfile(info)
                assert source is not None  # regular files have one
                if info.name == _MANIFEST:
                    manifest = read_manifest(source.read())
                else:
                    written[info.name] = _take(source, folder / info.name, info.name, told)
        decrypting.drain()
    except tarfile.TarError as exc:
        raise decrypting.close() or BackupTorn("The archive's content is not whole") from exc
    finally:
        failed = decrypting.close()
    if failed is not None:
        raise failed
    if manifest is None:
        raise BackupTorn("The archive ends early")
    return manifest, written


def _take(source: IO[bytes], path: Path, name: str, told: Callable[[int], None]) -> Content:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(open_scratch(path), "wb") as file:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            told(len(piece))
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return Content(name, size, digest.hexdigest())


class _Decrypting:
    """A thread that decrypts into a pipe; whoever reads the pipe sets the pace."""

    def __init__(self, source: Source, opened: Sequence[Any]) -> None:
        self._source, self._opened = source, opened
        self._failed: Exception | None = None
        read, self._write = os.pipe()
        self.output: io.BufferedReader = os.fdopen(read, "rb")
        self._thread = threading.Thread(target=self._run, name="backup decrypts", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        import pyrage

        try:
            # Its end writes what is left, which fails like the rest where nobody reads any more.
            with os.fdopen(self._write, "wb") as output:
                pyrage.decrypt_io(self._source, output, self._opened)
        except Exception as exc:
            self._failed = exc

    def drain(self) -> None:
        """Read to the end: only then the library has checked the last piece."""
        while self.output.read(_PIECE):
            pass

    def close(self) -> BackupTorn | BackupLocked | None:
        """Give up the pipe, wait for the thread; returns why it ended, where it did not end well."""
        self.output.close()
        self._thread.join()
        if self._failed is None or isinstance(self._failed, BrokenPipeError):
            return None
        if "No matching keys" in str(self._failed):
            return BackupLocked("The archive is locked for others than this identity")
        return BackupTorn("The archive is torn or was changed")
