"""A real S3 server, built by `make test-s3`, with an empty bucket `files`."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest
from s3_server import KEY, SECRET, SERVER


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An S3 server with an empty bucket `files`."""
    root = tmp_path_factory.mktemp("s3")
    (root / "buckets" / "files").mkdir(parents=True)
    (root / "beside").mkdir()
    port = free_port()
    environment = {**os.environ, "ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET}
    command: tuple[str, ...] = (str(SERVER), "--port", f"127.0.0.1:{port}", "--quiet", "posix", "--sidecar")
    command += (str(root / "beside"), str(root / "buckets"))
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert server.poll() is None
                assert time.monotonic() < deadline, "the S3 server did not start"
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
        server.kill()
