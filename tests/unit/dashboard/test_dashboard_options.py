"""Options: flags first, then the environment; a wrong one is told in one line."""

from pathlib import Path

import pytest

from holdfast.dashboard.options import OptionsError, read


def test_flags_win_over_the_environment(tmp_path: Path) -> None:
    environment = {"HOLDFAST_DASHBOARD_PORT": "5000", "HOLDFAST_HOST": "0.0.0.0"}
    options = read(["--data", str(tmp_path), "--port", "0"], environment)
    assert (options.data, options.host, options.port) == (tmp_path, "0.0.0.0", 0)
    assert read(["--data", str(tmp_path)], environment).port == 5000
    assert read(["--data", str(tmp_path)], {}).port == 4000
    names = {"HOLDFAST_ALLOWED_HOSTS": "desk.example, other.example"}
    assert read(["--data", str(tmp_path)], names).names == ("desk.example", "other.example")


@pytest.mark.parametrize("port", ["fourtythousand", "65536", "-1"])
def test_a_wrong_port_is_told_with_the_next_step(port: str) -> None:
    with pytest.raises(OptionsError, match=r"port must be a number .* Next step"):
        read([], {"HOLDFAST_DASHBOARD_PORT": port})
