"""The command line: every command is a client of the public API.

Words enter, lines, tables and exit codes leave. It never touches the gateway's database; commands that must
work when nothing runs live in `ops`.
"""


def main() -> None:
    """Console command `holdfast`."""
    from holdfast.cli import terminal
    from holdfast.cli.main import run
    from holdfast.kit import private

    private.umask()
    terminal.prepare()
    run()
