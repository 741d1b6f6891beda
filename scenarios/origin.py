"""Where each value of a file stands, so that whoever finds it wrong later can still point at it."""

from dataclasses import dataclass

from scenarios.problems import Path, Problem, Severity, dotted, is_secret
from scenarios.reader import Node


@dataclass(frozen=True, slots=True)
class Origin:
    """A file and the positions of its values."""

    file: str
    root: Node

    def where(self, path: Path, *, at_key: bool = False) -> tuple[str, int, int]:
        """File, line and column of a value (or of its key); of the nearest thing around it when it is not written."""
        node, line, column = self.root, self.root.line, self.root.column
        for depth, step in enumerate(path, start=1):
            child = _child(node, step)
            if child is None:
                break
            last = depth == len(path)
            if last and at_key and isinstance(step, str):
                line, column = node.keys[step]
            else:
                line, column = child.line, child.column
            node = child
        return self.file, line, column

    def has(self, path: Path) -> bool:
        """Is this written in the file?"""
        return len(self._written(path)) == len(path)

    def names(self, path: Path) -> tuple[str, ...]:
        """The keys of the map at `path`, as written."""
        node: Node | None = self.root
        for step in path:
            node = _child(node, step) if node is not None else None
        return tuple(node.value) if node is not None and isinstance(node.value, dict) else ()

    def problem(self, path: Path, message: str, severity: Severity = "error", *, at_key: bool = False) -> Problem:
        """A problem at a path; what is only the checker's own step (the branch of a union) is left out of it."""
        written = self._written(path)
        named = ("answer",) if is_secret(path) else written
        return Problem(*self.where(written, at_key=at_key), dotted(named), message, severity)

    def _written(self, path: Path) -> Path:
        node, kept = self.root, 0
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            node, kept = child, kept + 1
        return path[:kept]


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(step, str):
        return node.value.get(step) if isinstance(node.value, dict) else None
    return node.value[step] if isinstance(node.value, list) and 0 <= step < len(node.value) else None
