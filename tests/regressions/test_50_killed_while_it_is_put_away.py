"""A logged-out number stood twice in quarantine when the engine was killed while it put its folder away.

The session's folder and its snapshots left with two renames, and the attempt after the kill gives the folder
another name there: the credentials were under the one, their snapshots under the other.
"""

from house import House


async def test_what_was_killed_halfway_becomes_one_entry(house: House) -> None:
    number, phone = await house.link("taxi")
    await house.saved(number)
    await house.kill("gateway", "engine")
    folder, snapshots = house.place.data / "sessions" / number, house.place.data / "snapshots" / number
    snapshots.rename(folder / "snapshots")
    [before] = [it.name for it in (folder / "snapshots").iterdir() if not it.name.startswith(".")]
    await house.simulator.at(number).unlink(1)
    await house.start()

    async def put_away() -> bool:
        return (await house.session("taxi"))["state"] == "logged_out" and not folder.exists()

    await house.until(put_away, "not put away")
    [entry] = (house.place.data / "quarantine").iterdir()
    assert before in [it.name for it in (entry / "snapshots").iterdir()]
    assert not snapshots.exists()
    await house.ask("POST", "/v1/sessions/taxi/pair", 202)
    qr = await house.ask("GET", "/v1/sessions/taxi/qr", params={"wait_s": 20})
    await phone.scan(qr["code"])
    await house.connected("taxi")
    assert entry.is_dir()
