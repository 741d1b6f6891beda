"""Alerts of Prometheus rule files, each with its line and the runbook it leads to. Reads files, asks nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import yaml

from drills.runbooks.reading import RunbookError

BYTES = 2 * 1024 * 1024
FILES = 1000
_NAMES = ("runbook_url", "runbook")


@dataclass(frozen=True, slots=True)
class Alert:
    """One alerting rule."""

    name: str
    path: Path
    line: int
    runbook: str
    """What its annotation says; empty: it has none."""

    @property
    def page(self) -> str:
        """The name of the page it leads to, as files are named; empty: none."""
        return self._file.removesuffix(".md")

    @property
    def is_markdown(self) -> bool:
        """Does it lead to a file of ours, rather than to a page of another site?"""
        return self._file.endswith(".md")

    @property
    def _file(self) -> str:
        try:
            return PurePosixPath(unquote(urlsplit(self.runbook).path)).name
        except ValueError:  # such as an address with half of an IPv6 host
            return ""


def alerts_of(folder: Path, patterns: Sequence[str]) -> tuple[Alert, ...]:
    """The alerts of these files, which count from the folder. Raises `RunbookError`."""
    found: list[Alert] = []
    for pattern in patterns:
        try:
            paths = sorted(folder.glob(pattern))[:FILES]
        except (ValueError, NotImplementedError) as wrong:
            raise RunbookError(f"runbook_check.alert_rules: {pattern!r} counts from the workspace's folder") from wrong
        if not paths:
            raise RunbookError(f"runbook_check.alert_rules: {pattern!r} is no file below {folder}")
        for path in paths:
            found += _alerts(path)
    return tuple(found)


def _alerts(path: Path) -> Iterator[Alert]:
    try:
        with path.open("rb") as file:
            content = file.read(BYTES + 1)
        if len(content) > BYTES:
            raise RunbookError(f"{path}: a file of more than {BYTES} bytes is not read")
        root = yaml.compose(content, Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError, ValueError, RecursionError) as wrong:
        raise RunbookError(f"{path}: is no file of Prometheus rules that can be read") from wrong
    for group in _items(_get(root, "groups")):
        for rule in _items(_get(group, "rules")):
            name = _get(rule, "alert")
            if isinstance(name, yaml.ScalarNode):
                notes = _get(rule, "annotations")
                said = next((each for key in _NAMES if (each := _get(notes, key)) is not None), None)
                runbook = str(said.value).strip() if isinstance(said, yaml.ScalarNode) else ""
                yield Alert(str(name.value), path, name.start_mark.line + 1, runbook)


def _get(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _items(node: yaml.Node | None) -> Sequence[yaml.Node]:
    return node.value if isinstance(node, yaml.SequenceNode) else ()
