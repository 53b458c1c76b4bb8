"""From a file to a bot."""

import importlib.util
import sys
from pathlib import Path

from holdfast.bots.bot import Bot
from holdfast.model.errors import HoldfastError


class BotFileError(HoldfastError):
    """The file holds no bot that can run."""

    code = "bot_file_invalid"


def load(path: Path) -> Bot:
    """The one `Bot` that the file defines at its top level. Raises BotFileError."""
    if not path.is_file():
        raise BotFileError(
            f"There is no file {path}", next_step="Try `holdfast bot run examples/greeting.py`."
        )
    spec = importlib.util.spec_from_file_location(f"holdfast_bot_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise BotFileError(f"{path} is not a Python file", next_step="Name one that ends in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as failure:
        line = str(failure).splitlines()[0] if str(failure) else ""
        raise BotFileError(f"{path} fails while loading: {type(failure).__name__}: {line}") from failure
    bots = {id(value): value for value in vars(module).values() if isinstance(value, Bot)}
    if len(bots) != 1:
        raise BotFileError(
            f"{path} defines {len(bots)} bots, one is needed",
            next_step='Write `bot = Bot("name")` in it, once.',
        )
    return next(iter(bots.values()))
