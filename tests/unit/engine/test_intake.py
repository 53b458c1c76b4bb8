"""Deliveries are confirmed when they are durable, to the engine that handed them over, and never else."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import pytest

from holdfast.engine import Intake
from holdfast.model.content import Text
from holdfast.model.errors import StoreUnavailable
from holdfast.model.messages import Delivery, InboundMessage, InboundReceipt, ReceiptKind


def message(delivery_id: int) -> InboundMessage:
    return InboundMessage(delivery_id, "ses_1", 1, f"M{delivery_id}", "c", "s", 0, Text(""), b"raw")


def receipt(delivery_id: int) -> InboundReceipt:
    return InboundReceipt(delivery_id, "ses_1", 1, ("M",), "c", "s", ReceiptKind.DELIVERED, 0)


class Disk:
    """Stores when it is let."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.batches: list[list[int]] = []
        self.failures = 0
        self.entered = asyncio.Event()

    async def receive(self, deliveries: Sequence[Delivery]) -> list[int]:
        self.entered.set()
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable()
        ids = [it.delivery_id for it in deliveries]
        self.batches.append(ids)
        return ids


@pytest.fixture
def disk() -> Disk:
    return Disk()


@contextlib.asynccontextmanager
async def running(intake: Intake) -> AsyncIterator[None]:
    task = asyncio.create_task(intake.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(condition: object) -> None:
    async with asyncio.timeout(60):
        while not condition():  # type: ignore[operator]  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_what_comes_during_a_commit_is_the_next_batch(disk: Disk) -> None:
    confirmed: list[int] = []
    intake = Intake(disk.receive, confirmed.extend)
    async with running(intake):
        intake.put([message(1)])
        await disk.entered.wait()
        for n in range(2, 6):
            intake.put([message(n)])
        assert confirmed == []
        disk.gate.set()
        await until(lambda: len(confirmed) == 5)
    assert disk.batches == [[1], [2, 3, 4, 5]]


async def test_nothing_is_confirmed_while_the_disk_is_full(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.engine.intake.backoff", lambda *_, **__: 0.0)
    confirmed: list[int] = []
    disk.failures = 3
    disk.gate.set()
    intake = Intake(disk.receive, confirmed.extend)
    async with running(intake):
        intake.put([message(1), message(2)])
        await until(lambda: confirmed == [1, 2])
    assert disk.batches == [[1, 2]]


async def test_an_id_of_the_old_engine_never_confirms_a_delivery_of_the_new_one(disk: Disk) -> None:
    confirmed: list[int] = []
    intake = Intake(disk.receive, confirmed.extend)
    async with running(intake):
        intake.put([message(1)])
        await disk.entered.wait()
        intake.begin()  # another engine, which counts from one again
        disk.gate.set()
        await until(lambda: disk.batches == [[1]])
        intake.put([message(2)])
        await until(lambda: confirmed == [2])


async def test_receipts_share_the_commit_of_the_message_that_comes_next(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.engine.intake._COMPANY_S", 3600)
    confirmed: list[int] = []
    disk.gate.set()
    intake = Intake(disk.receive, confirmed.extend)
    async with running(intake):
        intake.put([receipt(1)])
        intake.put([receipt(2)])
        intake.put([message(3)])
        await until(lambda: confirmed == [1, 2, 3])
        intake.put([receipt(4), message(5)])
        await until(lambda: confirmed == [1, 2, 3, 4, 5])
    assert disk.batches == [[1, 2, 3], [4, 5]]


async def test_a_receipt_without_company_is_stored_all_the_same_and_the_next_one_does_not_wait(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.engine.intake._COMPANY_S", 0.001)
    monkeypatch.setattr("holdfast.engine.intake._VAIN_S", 3600)
    confirmed: list[int] = []
    disk.gate.set()
    intake = Intake(disk.receive, confirmed.extend)
    async with running(intake):
        intake.put([receipt(1)])
        await until(lambda: confirmed == [1])
        monkeypatch.setattr("holdfast.engine.intake._COMPANY_S", 3600)
        intake.put([receipt(2)])
        await until(lambda: confirmed == [1, 2])
