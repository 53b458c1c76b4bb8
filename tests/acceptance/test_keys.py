"""`holdfast master-key` on whole installations: rotated, killed in between, exported and brought back."""

import asyncio
import json
from pathlib import Path

import warm
from holdfast.vault import MasterKey, count, load_or_create
from house import House


async def keys(house: House, *options: str, stdin: str = "") -> tuple[int, str]:
    """Run `holdfast master-key`; exit code, and what it printed."""
    process = await warm.start(
        *("holdfast.cli", "master-key", *options),
        env=dict(house.place.environment()) | dict(house.extra) | {"COLUMNS": "200"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate(stdin.encode())
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_rotated_wherever_it_is_killed_the_number_connects_without_a_code(house: House) -> None:
    number, _ = await house.link("taxi")
    await house.ask("PUT", "/v1/alerts/channels/mail", json={"url": "json://192.0.2.1/x", "internal": True})
    file = house.place.master_key
    assert file is not None
    first = load_or_create(file).check_value
    code, text = await keys(house, "rotate")
    assert (code, "already serves" in text) == (1, True), text  # while a gateway runs
    await house.kill("engine", "gateway")

    points = house.place.data / "run" / "kill-points"
    points.mkdir(exist_ok=True)
    for point in ("key_made", "key_rewrapped", "keys_rewrapped", "secrets_resealed"):
        (points / point).touch()
        code, text = await keys(house, "rotate")
        assert (code, (points / point).exists()) == (-9, False), text
        found = count(house.place.data, load_or_create(file))
        assert (found.foreign, found.damaged) == ([], [])
    code, text = await keys(house, "check")
    assert (code, "not finished" in text) == (1, True), text
    await house.start()
    await house.connected("taxi")
    await house.kill("engine", "gateway")
    code, text = await keys(house, "rotate")
    assert (code, "rotated" in text) == (0, True), text
    assert load_or_create(file).check_value != first
    assert len(file.read_text().split()) == 1
    assert json.loads((await keys(house, "check", "--json"))[1])["fits"] is True
    await house.start()
    await house.connected("taxi")
    assert (await house.simulator.at(number).account()).registrations == 1
    (channel,) = (await house.ask("GET", "/v1/alerts/channels"))["channels"]
    assert channel["name"] == "mail"


async def test_a_sheet_brings_a_lost_key_back_and_another_key_is_said_clearly(
    house: House, tmp_path: Path
) -> None:
    await house.link("taxi")
    await house.kill("engine", "gateway")
    file = house.place.master_key
    assert file is not None
    secret = load_or_create(file).recovery_bytes
    code, text = await keys(house, "export", str(tmp_path / "sheet.html"))
    assert code == 0, text
    assert (tmp_path / "sheet.html").stat().st_mode & 0o077 == 0
    sheet = (tmp_path / "sheet.html").read_text()
    assert "<svg" in sheet
    words = sheet.partition("<pre>")[2].partition("</pre>")[0]

    file.write_bytes(MasterKey(b"x" * 32).file_content)
    code, text = await keys(house, "check")
    assert (code, "not the key of this data folder" in text) == (5, True), text
    assert "What needs no key is still there" in text
    file.unlink()
    code, text = await keys(house, "import", "--file", "-", stdin=words)
    assert code == 0, text
    assert load_or_create(file).recovery_bytes == secret
    assert (await keys(house, "check"))[0] == 0


async def test_no_process_with_keys_leaves_a_core_file(house: House) -> None:
    assert house.process is not None
    for pid in (house.place.engine_pid(), house.process.pid):
        limits = Path(f"/proc/{pid}/limits").read_text()
        (core,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
        assert core.split()[4:6] == ["0", "0"]
