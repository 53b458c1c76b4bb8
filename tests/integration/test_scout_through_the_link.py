"""The scout through the engine's link: one question, two answers, and numbers that are back."""

from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model.policy import DEFAULT_POLICY
from holdfast.model.states import State

from .conftest import World, eventually

ANNA = "4915100000001"


async def test_a_scout_tells_whether_whatsapp_can_be_reached(world: World) -> None:
    engine = await world.engine(refuse={"scout": pb.NOT_CONNECTED})
    async with world.gateway() as gateway:
        await eventually(lambda: gateway.link.identity is not None)
        assert await gateway.link.scout() is False
        engine.refuse.clear()
        assert await gateway.link.scout() is True


async def test_numbers_are_back_as_soon_as_the_engines_scout_gets_through(world: World) -> None:
    policy = DEFAULT_POLICY.faster(20).model_copy(
        update={"reconnect_first_s": 500.0, "reconnect_longest_s": 1000.0}
    )
    engine = await world.engine(refuse={"scout": pb.NOT_CONNECTED})
    async with world.gateway(policy=policy) as gateway:
        session_id = await world.link_number(gateway, engine, "taxi", ANNA)
        engine.end(session_id, pb.NETWORK)
        await gateway.until("taxi", State.RECONNECTING)
        await eventually(lambda: len(engine.asked("scout")) >= 2)
        engine.refuse.clear()
        await gateway.until("taxi", State.CONNECTED)
