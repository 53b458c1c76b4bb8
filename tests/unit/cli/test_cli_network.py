"""The addresses that are printed for other machines in the local network."""

import pytest

from holdfast.cli.network import chosen, reach


def test_private_networks_come_first_and_inner_ones_not_at_all() -> None:
    found = [
        ("lo", "127.0.0.1"),
        ("docker0", "172.17.0.1"),
        ("wlan0", "203.0.114.9"),
        ("eth0", "192.168.1.20"),
        ("eth0", "192.168.1.20"),
        ("usb0", "169.254.3.4"),
    ]
    assert chosen(found) == ["192.168.1.20", "203.0.114.9"]


@pytest.mark.parametrize(
    ("host", "tls", "url", "open_to_others"),
    [
        ("127.0.0.1", False, "http://127.0.0.1:4000", False),
        ("localhost", False, "http://localhost:4000", False),
        ("::1", False, "http://[::1]:4000", False),
        ("192.168.1.20", False, "http://192.168.1.20:4000", True),
        ("fd00::20", True, "https://[fd00::20]:4000", True),
    ],
)
def test_one_address_is_shown_as_it_is(host: str, tls: bool, url: str, open_to_others: bool) -> None:
    found = reach(host, tls)
    assert (found.url(4000), found.open) == (url, open_to_others)


def test_everywhere_is_shown_as_addresses_that_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.cli.network._interfaces", lambda: [("eth0", "192.168.1.20")])
    assert reach("0.0.0.0").urls(80) == ["http://192.168.1.20:80", "http://127.0.0.1:80"]


def test_a_machine_without_a_network_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.cli.network._interfaces", list)
    assert reach("0.0.0.0").url(80) == "http://127.0.0.1:80"
