"""What is wrong with a file: where, what, and what to write instead. It never repeats a word of `answer:`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from scenarios.limits import LIMITS

if TYPE_CHECKING:
    from scenarios.game_day import GameDay
    from scenarios.scenario import Scenario

Path = tuple[str | int, ...]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend, at a place."""

    file: str
    line: int
    column: int
    path: str
    """`faults.slow-db.duration`; empty for the file as a whole."""
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        told = f"{self.path}: {self.message}" if self.path else self.message
        return f"{self.file}:{self.line}:{self.column}: {told}"


class ScenarioError(Exception):
    """A scenario, a game day or a workspace file has problems."""

    def __init__(self, problems: Iterable[Problem], rest: "Scenario | GameDay | None" = None) -> None:
        self.problems = tuple(problems)
        self.rest = rest
        """What could still be read when the broken parts are left out: to look for more problems in, never to run."""
        super().__init__(self.problems)

    def __str__(self) -> str:
        shown = [str(problem) for problem in self.problems[: LIMITS.problems]]
        more = len(self.problems) - len(shown)
        if more > 0:
            shown.append(f"... and {more} more")
        return "\n".join(shown) or (self.__doc__ or "")


def dotted(path: Sequence[str | int]) -> str:
    """`("steady_state", 1)` as people write it: `steady_state[1]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def is_secret(path: Sequence[str | int]) -> bool:
    """Is this inside the key, of which no error may repeat a word?"""
    return bool(path) and path[0] == "answer"


def shown(value: object) -> str:
    """A value as it may stand in a message: short, and on one line."""
    text = " ".join(str(value).split())
    return f"'{text[:57]}...'" if len(text) > 60 else f"'{text}'"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Without twins, in the order of the file."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda each: (each.file, each.line, each.column)))
