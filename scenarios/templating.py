"""Puts `vars` where `${name}` stands. No expressions, no environment, no second round; `$${` is a literal `${`."""

import re
from collections.abc import Mapping
from typing import Any

from scenarios.origin import Origin
from scenarios.problems import Path, Problem, is_secret, shown
from scenarios.reader import Node, Scalar, resolve
from scenarios.suggest import for_name
from scenarios.values import VARIABLE

_SLOT = re.compile(rf"\$(\$\{{|\{{({VARIABLE})\}}|\{{)")
_WHOLE = re.compile(rf"\$\{{({VARIABLE})\}}")


class Template:
    """One pass over a file's values; what is wrong is collected, and stands as it was written."""

    def __init__(self, origin: Origin, values: Mapping[str, Scalar], *, otherwise: str) -> None:
        self.problems: list[Problem] = []
        self.origin = origin
        self.values = values
        self._otherwise = otherwise
        """What to write where there can be no variables at all."""

    def filled(self, node: Node, path: Path = ()) -> Any:
        """The plain value of a node, with every variable in its place."""
        value = node.value
        if isinstance(value, dict):
            return {key: self.filled(child, (*path, key)) for key, child in value.items()}
        if isinstance(value, list):
            return [self.filled(child, (*path, index)) for index, child in enumerate(value)]
        if isinstance(value, str) and "${" in value:
            return self._text(value, path)
        return value

    def _text(self, text: str, path: Path) -> Scalar:
        whole = _WHOLE.fullmatch(text)
        if whole and whole[1] in self.values:
            return self.values[whole[1]]
        return _SLOT.sub(lambda slot: self._slot(slot, path), text)

    def _slot(self, slot: re.Match[str], path: Path) -> str:
        if slot[1] == "${":
            return "${"
        name = slot[2]
        if name in self.values:
            value = self.values[name]
            return ("true" if value else "false") if isinstance(value, bool) else "" if value is None else str(value)
        self._complain(path, name)
        return slot[0]

    def _complain(self, path: Path, name: str | None) -> None:
        if not self.values:
            told = f"there are no variables here: {self._otherwise}"
        elif name is None:
            told = "write a variable as ${name}, or $${ for these two characters themselves"
        elif is_secret(path):
            told = "there is no such variable under `vars`"
        else:
            told = f"there is no variable {shown(name)}: {for_name(name, self.values, 'under `vars` there are')}"
        self.problems.append(self.origin.problem(path, told))


def settled(written: Mapping[str, Scalar], settings: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """`vars:` with what is set from outside; text from a command line takes the type of the default it replaces."""
    values = dict(written)
    for name, value in settings.items():
        typed = isinstance(value, str) and not isinstance(written.get(name), str)
        values[name] = resolve(value) if typed and isinstance(value, str) else value
    return values
