"""Right after a link the phone tells its owner's name: the database knew it, and the second record did not.

Until the next change of any session the doctor called that a problem, and a database that was lost then came
back with a record of before.
"""

import json

from house import House


async def test_what_the_phone_tells_after_the_link_stands_in_both_records(house: House) -> None:
    await house.link("taxi")

    async def alike() -> bool:
        (kept,) = json.loads((house.place.data / "registry.json").read_text())["sessions"]
        known = await house.session("taxi")
        return bool(known["push_name"]) and kept["push_name"] == known["push_name"]

    await house.until(alike, "the registry does not follow")
    report = await house.ask("GET", "/v1/doctor")
    assert "registry_agrees" in {check["code"] for check in report["checks"]}
