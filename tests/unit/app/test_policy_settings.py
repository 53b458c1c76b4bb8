"""The settings of reconnection: read from the environment, refused in one line that names them."""

import pytest

from holdfast import settings
from holdfast.model.errors import SettingsError
from holdfast.model.policy import DEFAULT_POLICY


def test_every_figure_can_be_set_from_the_environment() -> None:
    read = settings.read(
        {"HOLDFAST_RECONNECT_LONGEST_S": "30", "HOLDFAST_CONFLICT": "retry:2", "HOLDFAST_CONNECTS_PER_S": "5"}
    ).policy
    assert (read.reconnect_longest_s, read.conflict_retries, read.connects_per_s) == (30, 2, 5)
    assert settings.read({}).policy == DEFAULT_POLICY


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"HOLDFAST_RECONNECT_FIRST_S": "0"}, "HOLDFAST_RECONNECT_FIRST_S is not valid"),
        ({"HOLDFAST_RECONNECT_LONGEST_S": "nan"}, "HOLDFAST_RECONNECT_LONGEST_S is not valid"),
        ({"HOLDFAST_SCOUT_EVERY_S": "soon"}, "HOLDFAST_SCOUT_EVERY_S is not valid"),
        ({"HOLDFAST_CONFLICT": "take it"}, "HOLDFAST_CONFLICT is not valid"),
        ({"HOLDFAST_CONNECTS_PER_S": "1e9"}, "HOLDFAST_CONNECTS_PER_S is not valid"),
        (
            {"HOLDFAST_SLOW_FIRST_S": "500", "HOLDFAST_SLOW_LONGEST_S": "60"},
            "HOLDFAST_SLOW_FIRST_S (500) is more than HOLDFAST_SLOW_LONGEST_S (60)",
        ),
    ],
)
def test_what_is_out_of_bounds_is_one_line_that_names_it(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings.read(given)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
