"""`gameday mark TYPE "text"`: each type with its own options; what they mean is known in `drills.room.marks`."""

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from drills.cli.here import Folder
from drills.cli.saying import As, AsJson, At, Corrects, Evidence, WhichDrill, enter
from drills.room.errors import RoomError
from scoring.wording import printable


class Option(NamedTuple):
    """An option that only some types have."""

    flag: str
    help: str
    type: type = str


class Type(NamedTuple):
    """One type of mark."""

    help: str
    options: Mapping[str, Option] = {}


TYPES: Mapping[str, Type] = {
    "observation": Type("A fact that was seen, and where."),
    "guess": Type("What may be behind it; kept apart from facts."),
    "decision": Type(
        "What the room commits to.",
        {
            "because": Option("--because", "What it rests on."),
            "unless": Option("--unless", "What would change it."),
            "answers": Option("--answers", "The number of the tabletop's question that it decides.", int),
        },
    ),
    "action": Type(
        "A change somebody makes to the system.",
        {
            "purpose": Option("--for", "containment, mitigation or diagnosis."),
            "expect": Option("--expect", "The probe that becomes good; with --by."),
            "by": Option("--by", "In how long, such as 5m."),
            "undo": Option("--undo", "How it is taken back."),
            "protects": Option("--protects", "Whom or what it protects."),
        },
    ),
    "update": Type(
        "What those outside the room are told.",
        {
            "known": Option("--known", "What is known."),
            "unknown": Option("--unknown", "What is not known yet."),
            "decides": Option("--decides", "Who owns the next decision."),
            "next": Option("--next", "When the next update comes, such as 15m."),
        },
    ),
    "question": Type(
        "Something that somebody must find out.",
        {
            "to": Option("--to", "A person who is here, or a role."),
            "due": Option("--due", "In how long an answer is needed, such as 5m."),
        },
    ),
    "answer": Type(
        "What became of a question.",
        {
            "question": Option("--question", "Its number; default: the only open one.", int),
            "verdict": Option("--verdict", "confirmed, refuted or dropped."),
        },
    ),
    "handoff": Type(
        "A role changes hands: all that the next one must know.",
        {
            "to": Option("--to", "A person who is here, or a role."),
            "impact": Option("--impact", "The impact now."),
            "hypothesis": Option("--hypothesis", "The leading hypothesis."),
            "rejected": Option("--rejected", "Hypotheses that were rejected."),
            "unsafe": Option("--unsafe", "Actions that are unsafe."),
            "pending": Option("--pending", "Checks under way."),
            "next": Option("--next", "When the next update comes, such as 15m."),
        },
    ),
    "accept": Type(
        "The one who takes over has understood a handoff.",
        {"handoff": Option("--handoff", "Its number; default: the only open one.", int)},
    ),
}
_EVERY: Mapping[str, tuple[Any, Any]] = {
    "at": (At, None),
    "evidence": (Evidence, None),
    "corrects": (Corrects, None),
    "said_as": (As, ""),
    "drill": (WhichDrill, ""),
    "as_json": (AsJson, False),
    "workspace": (Folder, None),
}


class _Types(TyperGroup):
    """The types; an unknown one is answered with the one that was meant."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            from scenarios.suggest import for_name  # noqa: PLC0415 - only a failing command pays for it

            raise RoomError(f"{printable(args[0])[:60]!r} is no mark: {for_name(args[0], self.commands)}")
        return super().resolve_command(ctx, args)


class _OneType(TyperCommand):
    """A type; an option of another one is answered with where it belongs."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        kind = str(ctx.info_name)
        own = {each.flag for each in TYPES[kind].options.values()}
        for flag in (each.partition("=")[0] for each in args[: args.index("--") if "--" in args else None]):
            homes = [name for name, each in TYPES.items() if flag in {option.flag for option in each.options.values()}]
            if homes and flag not in own:
                told = " or ".join(f'gameday mark {name} "..." {flag} ...' for name in homes)
                raise RoomError(f"{kind} has no {flag}: type {told}")
        return super().parse_args(ctx, args)


def _command(kind: str, options: Mapping[str, Option]) -> Callable[..., None]:
    """The command of one type, with its signature as typer reads it."""

    def command(text: str, **given: Any) -> None:
        from drills.room import marks  # noqa: PLC0415 - `--help` does not pay for it

        more = {name: given.pop(name) for name in options}
        withdraws = given["corrects"] is not None
        enter(lambda seen: marks.mark(seen, kind, text, withdraws=withdraws, **more), **given)

    kinds: dict[str, tuple[Any, Any]] = {
        name: (Annotated[each.type | None, typer.Option(each.flag, help=each.help, show_default=False)], None)
        for name, each in options.items()
    }
    said = Annotated[str, typer.Argument(help="One line, in quotes; empty with --corrects: takes it back.")]
    parameters = [Parameter("text", Parameter.POSITIONAL_OR_KEYWORD, annotation=said)]
    for name, (annotation, default) in {**kinds, **_EVERY}.items():
        parameters.append(Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default))
    command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # what `inspect` looks for
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


app = typer.Typer(
    cls=_Types,
    help='Say it from any terminal while a drill runs: gameday mark observation "queue age rises since 14:03".',
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)
for _kind, _each in TYPES.items():
    app.command(_kind, cls=_OneType, help=_each.help)(_command(_kind, _each.options))
