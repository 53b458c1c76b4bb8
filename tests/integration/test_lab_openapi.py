"""The simulator's API describes itself in a form that others can read."""

from pathlib import Path

from openapi_spec_validator import validate

from holdfast.lab import Simulator


async def test_the_simulators_description_is_valid(tmp_path: Path) -> None:
    async with Simulator.start(tmp_path) as lab:
        description = await lab.admin.ask("GET", "/openapi.json")
    validate(description)
    assert len(description["paths"]) > 50
