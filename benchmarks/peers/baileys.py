"""Baileys in the comparison: the package that tests of foreign clients install, its bot in its process."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.installation import ROOT
from benchmarks.peers import tools
from benchmarks.peers.peer import Say
from benchmarks.peers.program import Program

_PACKAGE = ROOT / "tests" / "clients" / "baileys"
_PROGRAM = Path(__file__).parent / "programs" / "baileys" / "echo.mjs"
_VERSION: str = json.loads((_PACKAGE / "package.json").read_text())["dependencies"]["baileys"]


class Baileys(Program):
    """All numbers in one process, as its users run it."""

    _node = "node"
    name = "baileys"
    title = f"Baileys {_VERSION}"
    configured = (
        "unmodified, from npm; useMultiFileAuthState, one folder a number, with makeCacheableSignalKeyStore; "
        "all numbers and the bot in one process of Node.js; `append` and `notify` are both answered"
    )

    @classmethod
    async def prepare(cls, say: Say) -> None:
        environment = await tools.with_tool("node.sh")
        node = shutil.which("node", path=environment["PATH"])
        assert node is not None
        cls._node = node
        installed = _PACKAGE / "node_modules" / "baileys" / "package.json"
        if installed.is_file() and json.loads(installed.read_text())["version"] == _VERSION:
            return
        say("installing Baileys")
        await tools.run(["npm", "ci", "--ignore-scripts"], _PACKAGE, environment)

    def command(self, count: int) -> Sequence[str | Path]:
        return [self._node, _PROGRAM, self.simulator.trust, self._files, str(count), self.heard]

    def environment(self) -> Mapping[str, str]:
        return {"NODE_ENV": "production"}
