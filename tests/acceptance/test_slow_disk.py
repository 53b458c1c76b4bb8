"""A disk on which every fsync takes 5 ms longer: slower, and nothing is lost, doubled or asked again."""

import os
from pathlib import Path

from proving import proven

#: What is put behind this has a slow disk, with everything that it starts.
SLOWED = (
    *("strace", "-f", "--seccomp-bpf", "-qqq", "-o", os.devnull),
    *("-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_exit=5000"),
)


async def test_nothing_is_lost_doubled_or_asked_again_on_a_slow_disk(tmp_path: Path) -> None:
    result = await proven(tmp_path, "--sessions", "2", "--kills", "4", "--seed", "11", before=SLOWED)
    assert result["kills"] == 4
    assert result["inbound_sent"] > 5
    assert result["outbound_accepted"] > 5
