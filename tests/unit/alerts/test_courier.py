"""The program that sends: what it refuses to reach, and what it never says."""

import json
import subprocess
import sys
from typing import Any

import pytest

from holdfast.alerts import channels, courier

FAILED = "alert_channel_failed"


def order(url: str, **more: Any) -> dict[str, str]:
    """Have it done in a process of its own, as the gateway does."""
    body = {"url": url, "host": channels.host_of(url)[0], "internal": False, "limit_s": 60, **more}
    command = [sys.executable, "-I", courier.__file__]
    done = subprocess.run(command, input=json.dumps(body), capture_output=True, text=True, check=True)
    said: dict[str, str] = json.loads(done.stdout)
    return said


LETTER = {"title": "t", "body": "b", "type": "info"}


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("169.254.169.254", True),
        ("192.168.0.1", True),
        ("100.64.0.1", True),
        ("0.0.0.0", True),
        ("224.0.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("fc00::1", True),
        ("::ffff:127.0.0.1", True),
        ("64:ff9b::7f00:1", True),
        ("2002:7f00:1::", True),
        ("/run/dbus.sock", True),
        ("8.8.8.8", False),
        ("2606:4700::1111", False),
        ("::ffff:8.8.8.8", False),
        ("64:ff9b::808:808", False),
    ],
)
def test_which_addresses_are_internal(address: str, inside: bool) -> None:
    assert courier.internal(address) is inside


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost:9", "[::1]:9"])
def test_it_reaches_no_internal_address(host: str) -> None:
    assert order(f"json://{host}/hook", **LETTER)["code"] == "alert_target_internal"


def test_an_internal_host_is_refused_when_it_is_only_looked_at() -> None:
    assert order("json://localhost/hook")["code"] == "alert_target_internal"
    assert order("json://localhost/hook", internal=True) == {"code": "", "detail": "JSON"}


def test_a_failure_names_no_part_of_the_address() -> None:
    said = order("json://user:hunter22@127.0.0.1:9/s3cret-path?key=t0ken", internal=True, **LETTER)
    assert said["code"] == FAILED
    assert said["detail"]
    assert not any(secret in said["detail"] for secret in ("hunter22", "s3cret-path", "t0ken"))


@pytest.mark.parametrize("url", ["nonsense://x", "https//x", "json://", "mailto://"])
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    assert order(url)["code"] == "alert_url_invalid"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("jsons://user:pw@hooks.example.com:8443/s3cret?x=1", "jsons://hooks.example.com:8443/…"),
        ("mailtos://me:pw@smtp.example.com?to=you@example.com", "mailtos://smtp.example.com/…"),
        ("slack://TokenA/TokenB/TokenC/#ops", "slack://…"),
        ("tgram://123:token/chat", "tgram://…"),
        ("json://host:port/x", "json://…"),
    ],
)
def test_what_is_shown_of_an_address_holds_no_secret(url: str, shown: str) -> None:
    assert channels.shown_url(url) == shown
