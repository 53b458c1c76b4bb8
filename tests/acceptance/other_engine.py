"""An engine from another time: it speaks no protocol version that this gateway knows, but the frozen frames.

Run as `other_engine.py serve --data DIR`.
"""

import fcntl
import os
import socket
import struct
import sys
from pathlib import Path

from holdfast.engine.v1 import engine_pb2 as pb


def receive(connection: socket.socket) -> pb.Down | None:
    head = connection.recv(4, socket.MSG_WAITALL)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    return pb.Down.FromString(connection.recv(length, socket.MSG_WAITALL))


def serve(run: Path) -> None:
    run.mkdir(parents=True, exist_ok=True)
    lock = os.open(run / "engine.lock", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    address = run / "engine.sock"
    address.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(address))
    listener.listen()
    (run / "engine.pid").write_text(f"{os.getpid()}\n")
    made = run / "engine.addr.made"
    made.write_text(f"{address}\n")
    made.replace(run / "engine.addr")  # whoever sees it sees all of it
    while True:
        connection, _ = listener.accept()
        with connection:
            while (down := receive(connection)) is not None:
                if down.HasField("shutdown"):
                    (run / "other-engine.shut-down").touch()
                    return
                welcome = pb.Welcome(min_version=900, max_version=901, version=0, pid=os.getpid())
                frame = pb.Up(welcome=welcome).SerializeToString()
                connection.sendall(struct.pack(">I", len(frame)) + frame)


if __name__ == "__main__":
    serve(Path(sys.argv[sys.argv.index("--data") + 1]) / "run")
