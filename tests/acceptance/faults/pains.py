"""What users of other programs suffer from, and which row or test shows that Holdfast does not have it.

A proof is a row's name, or a test as `file::test`. A test looks whether each exists.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pain:
    """One of the pains that were collected from the trackers of other programs."""

    number: int
    what: str
    rows: Sequence[str] = ()
    tests: Sequence[str] = ()


_SLICE = "tests/acceptance/test_slice.py::"

PAINS: Sequence[Pain] = (
    Pain(
        1,
        "A restart loses the login, or the number does not come back by itself",
        rows=("gateway killed", "engine killed", "both killed"),
        tests=(_SLICE + "test_kill_minus_nine_and_it_is_back_without_a_code",),
    ),
    Pain(
        2,
        "Hundreds of numbers ask for a QR code at once after a stop",
        rows=("gateway reloaded", "simulator restarted"),
        tests=("tests/acceptance/test_selftest.py::test_nothing_is_lost_doubled_or_asked_again",),
    ),
    Pain(
        3,
        "A restart soon after the scan loses the login",
        rows=("close-after-pair-success", "missing-515", "early-515"),
        tests=(_SLICE + "test_killed_between_scan_and_rename_no_second_code_is_needed",),
    ),
    Pain(
        4,
        "Every number is lost when a container starts again",
        rows=("both killed", "database lost", "registry lost"),
        tests=(_SLICE + "test_a_lost_record_is_rebuilt_without_a_code",),
    ),
    Pain(
        5,
        "No new QR code after a log-out, until the number is deleted and made again",
        rows=("logged-out", "device-removed", "bad-pair-hmac", "codes-expired"),
        tests=(_SLICE + "test_logged_out_on_the_phone_needs_a_human_and_a_fresh_code",),
    ),
    Pain(
        6,
        "Linking is dead after WhatsApp's version changed, and nothing says so",
        rows=("client-outdated", "bad-user-agent", "login refused with an unknown code"),
    ),
    Pain(
        7,
        "A conflict, or any state that is not understood, deletes the credentials",
        rows=("replaced", "conflict-unknown", "login-no-reason", "stream-unknown"),
        tests=(_SLICE + "test_replaced_rests_over_restarts_until_its_owner_connects",),
    ),
    Pain(
        8,
        "Numbers drop out within a day and do not come back",
        rows=(
            *("network cut for 1 s", "network cut for 60 s", "network cut for 10 min"),
            *("network back after 60 s", "server-restart"),
        ),
    ),
    Pain(
        9,
        "The file with the credentials breaks",
        rows=(
            *("session file cut off, 1", "session file overwritten", "session file lost", "session key lost"),
            *(
                "snapshots cut off",
                "registry cut off",
                "registry overwritten",
                "disk full",
                "data folder read-only",
            ),
        ),
    ),
    Pain(
        10,
        "WhatsApp unlinks a device: it is deleted without a word, or for something that was no log-out",
        rows=("device-removed", "logged-out", "stream-401", "stream-516"),
    ),
    Pain(
        11,
        "A phone that sleeps for 14 days loses its companions, and nobody was warned",
        rows=("device-removed",),
    ),
    Pain(
        12,
        "Accounts that demand a passkey cannot be linked",
        tests=("engine/ways_test.go::TestAPasskeyIsRelayed",),
    ),
    Pain(
        13,
        "Connected, and deaf until somebody restarts it",
        rows=("stream-ack", "black-hole", "half-open", "black-hole-after-login", "no-pong"),
    ),
    Pain(
        14,
        "Connected without messages, and it cannot even be deleted",
        rows=("login-silence", "iq-silent"),
        tests=("tests/regressions/test_07_lanes_never_propagate.py",),
    ),
    Pain(
        15,
        "Stopped or starting, says the status, while messages pass",
        rows=("slow", "trickle", "fragmented-frames", "our clock jumps ahead", "our clock jumps back"),
    ),
    Pain(
        16,
        "One answer says connected, the other one not",
        tests=("tests/unit/sessions/test_machine_walks.py",),
    ),
    Pain(
        17,
        "Stuck in starting until the process is restarted",
        rows=("tcp-silence", "upgrade-then-silence", "handshake-silence", "missing-515"),
        tests=("tests/unit/sessions/test_machine_walks.py",),
    ),
    Pain(
        18,
        "Thousands of reconnects within minutes",
        rows=("stream-500", "login-error", "abrupt-close", "rate-limited"),
    ),
    Pain(
        19,
        "Memory grows until the process is killed",
        tests=("tests/regressions/test_21_nothing_grows_for_ever.py",),
    ),
)
