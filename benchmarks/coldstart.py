"""How long a fresh gateway process takes to its first answer."""

from benchmarks.context import Context
from benchmarks.figures import Figure, Goal
from benchmarks.installation import installed


async def measure(context: Context) -> list[Figure]:
    """From starting the process to the first answer on /livez, on an installation without sessions."""
    runs: list[float] = []
    async with installed() as installation:
        for run in range(context.sizes.repeats + 1):
            context.say(f"cold start {run}/{context.sizes.repeats}")
            taken = await installation.start()
            if run:  # the first writes bytecode, makes the database and fills the disk cache
                runs.append(taken)
            await installation.kill()
    return [Figure("cold_start", "API: process start to first answer", "s", runs, Goal(0.7))]
