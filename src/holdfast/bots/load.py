"""From a file to a bot."""

import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType

from holdfast.bots.bot import Bot
from holdfast.model.errors import HoldfastError


class BotFileError(HoldfastError):
    """The file holds no bot that can run."""

    code = "bot_file_invalid"


class _Fresh(SourceFileLoader):
    """Reads the source each time.

    Bytecode on the disk counts as fresh when the source's second and length are the same: of two saves in one
    second the first would go on to run.
    """

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def load(path: Path) -> Bot:
    """The one `Bot` that the file defines at its top level. Raises BotFileError."""
    if not path.is_file():
        raise BotFileError(
            f"There is no file {path}", next_step="Try `holdfast bot run examples/greeting.py`."
        )
    if path.suffix != ".py":
        raise BotFileError(f"{path} is not a Python file", next_step="Name one that ends in .py.")
    name = f"holdfast_bot_{path.stem}"
    loader = _Fresh(name, str(path))
    module = module_from_spec(ModuleSpec(name, loader, origin=str(path)))
    module.__file__ = str(path)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
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
