"""From a file to a bot."""

import importlib.util
import sys
from pathlib import Path

from holdfast.bots.bot import Bot


class BotFileError(Exception):
    """The file holds no bot that can run. The message is one line with the next step."""


def load(path: Path) -> Bot:
    """The one `Bot` that the file defines at its top level. Raises BotFileError."""
    if not path.is_file():
        raise BotFileError(
            f"There is no file {path}. Next step: try `holdfast bot run examples/greeting.py`."
        )
    spec = importlib.util.spec_from_file_location(f"holdfast_bot_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise BotFileError(f"{path} is not a Python file. Next step: name one that ends in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as failure:
        line = str(failure).splitlines()[0] if str(failure) else ""
        raise BotFileError(f"{path} fails while loading: {type(failure).__name__}: {line}") from failure
    bots = {id(value): value for value in vars(module).values() if isinstance(value, Bot)}
    if len(bots) != 1:
        hint = 'Next step: write `bot = Bot("name")` in it, once.'
        raise BotFileError(f"{path} defines {len(bots)} bots, one is needed. {hint}")
    return next(iter(bots.values()))
