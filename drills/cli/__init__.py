"""The command line: parses, calls one function of another room, prints, exits. No decisions of its own."""

import importlib
import sys
import threading
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from drills.cli import streams
from drills.cli.commands import COMMANDS
from drills.cli.exits import Exit

FULL_HELP = "Small, frequent, safe game-day drills on staging: every fault is taken back, every number is measured."


class _Lazy(TyperGroup):
    """Lists commands from a table and imports one only when it is called, so that `--help` pays for none."""

    def list_commands(self, ctx: Any) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        del ctx
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name]) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from scenarios.suggest import for_name  # noqa: PLC0415 - only a typing error pays for it

            ctx.fail(f"no command is called '{args[0]}': {for_name(args[0], COMMANDS)}")
        name, _, rest = super().resolve_command(ctx, args)
        return name, _load(str(name)), rest


def _load(name: str) -> Any:
    module = importlib.import_module(f"drills.cli.{name.replace('-', '_')}_command")
    app: typer.Typer | None = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
        app.command(name, help=COMMANDS[name])(module.command)
    return typer.main.get_command(app)


def _version(asked: bool) -> None:  # noqa: FBT001 - called by typer
    if asked:
        from importlib import metadata  # noqa: PLC0415 - `--help` does not pay for it

        print(f"gameday-drills {metadata.version('gameday-drills')}")
        raise typer.Exit


def commands() -> typer.Typer:
    """All of them; `docs/reference/commands.md` is written from it."""
    app = typer.Typer(
        cls=_Lazy,
        help=FULL_HELP,
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    @app.callback()
    def gameday(
        *,
        version: Annotated[bool, typer.Option("--version", help="Show the version.", callback=_version)] = False,
    ) -> None:
        del version

    return app


def _broke_in_a_thread(broke: threading.ExceptHookArgs) -> None:
    """As for the main thread: no message, which might hold a secret."""
    from drills.cli.errors import describe  # noqa: PLC0415 - as below

    if isinstance(broke.exc_value, Exception):
        print(describe(broke.exc_value), file=sys.stderr)


def main() -> None:
    """Run the command line; the one place where an error becomes a message and an exit code."""
    streams.hold()
    threading.excepthook = _broke_in_a_thread
    try:
        commands()()
    except Exception as error:  # noqa: BLE001 - the border named in CONTRIBUTING: nothing past here but the shell
        from drills.cli.errors import describe  # noqa: PLC0415 - only a failing command pays for it

        print(describe(error), file=sys.stderr)
        sys.exit(Exit.NOT_REVERTED if getattr(error, "anything_open", False) else Exit.NOTHING_MEASURED)
    finally:
        streams.let_go()
