"""One-time codes of an authenticator app, against the RFC's own figures."""

import pytest

from holdfast.accounts import totp

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_of_rfc_6238(seconds: int, code: str) -> None:
    assert totp.code(SECRET, totp.step_of(seconds * 1000)) == code


def test_a_clock_may_be_half_a_minute_off_and_no_more() -> None:
    now = 1_700_000_000_000
    step = totp.step_of(now)
    for off in (-1, 0, 1):
        assert totp.accepted_step(SECRET, totp.code(SECRET, step + off), now, 0) == step + off
    for off in (-2, 2):
        assert totp.accepted_step(SECRET, totp.code(SECRET, step + off), now, 0) is None


def test_a_code_is_good_once() -> None:
    now = 1_700_000_000_000
    code = totp.code(SECRET, totp.step_of(now))
    step = totp.accepted_step(SECRET, f"{code[:3]} {code[3:]}", now, 0)
    assert step is not None
    assert totp.accepted_step(SECRET, code, now, step) is None


@pytest.mark.parametrize("nonsense", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "\0"])
def test_what_is_no_code_is_refused(nonsense: str) -> None:
    assert totp.accepted_step(SECRET, nonsense, 1_700_000_000_000, 0) is None


def test_an_app_reads_name_and_secret() -> None:
    assert totp.uri(SECRET, "anna@example.com") == (
        "otpauth://totp/Holdfast%3Aanna%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Holdfast"
    )
