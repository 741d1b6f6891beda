"""Reads YAML strictly: text in, values with their positions out. It knows nothing of what the keys mean."""

import math
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from scenarios.limits import LIMITS
from scenarios.problems import Path, Problem, ScenarioError, dotted, is_secret, shown
from scenarios.syntax import explain

Scalar = str | int | float | bool | None
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_RADIX = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_ENDLESS = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NUMERIC = frozenset("0123456789-+.")


@dataclass(slots=True)
class Node:
    """A value and where it stands, counted from 1."""

    line: int
    column: int
    value: "Scalar | list[Node] | dict[str, Node]" = None
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Where each key of a map stands."""
    size: int = 1


def read_bytes(path: FilePath) -> bytes:
    """The bytes of a file that may be a scenario; its size and its kind are looked at before anything is read."""
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise ScenarioError([whole(path, "this is a folder: name a file in it")])
        if not stat.S_ISREG(about.st_mode):
            raise ScenarioError([whole(path, "this is no ordinary file: name one")])
        if about.st_size > LIMITS.file_bytes:
            size = f"{about.st_size} bytes long; the most is {LIMITS.file_bytes}"
            raise ScenarioError([whole(path, f"{size}: is this the right file? Split it if it is")])
        with path.open("rb") as file:
            return file.read(LIMITS.file_bytes)
    except FileNotFoundError:
        raise ScenarioError([whole(path, "there is no such file: check the path")]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError([whole(path, f"cannot be read ({reason}): check its path and its rights")]) from None


def whole(path: FilePath, message: str) -> Problem:
    """A problem of the file as such."""
    return Problem(str(path), 1, 1, "", message)


def parse(content: bytes, file: str) -> tuple[Node, list[Problem]]:
    """The one document in `content` and what is wrong with its form. Raises `ScenarioError` when that is all."""
    text = _decoded(content, file)
    reader = _Reader(text, file)
    try:
        return reader.document(), reader.problems
    except (yaml.YAMLError, _GiveUp) as error:
        if isinstance(error, yaml.YAMLError):
            line, column, message = explain(error, text)
            reader.problems.append(Problem(file, line, column, "", message))
        raise ScenarioError(reader.problems) from None
    finally:
        reader.close()


def resolve(text: str) -> Scalar:
    """The value of an unquoted word by the core types of YAML 1.2: true, false, null, numbers; all else is text.

    Raises `ValueError` for a number that no file needs.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC:
        return text
    if _ENDLESS.match(text):
        raise ValueError("this is not a finite number")
    integer = _INTEGER.match(text) or _RADIX.match(text)
    if not integer and not _FLOAT.match(text):
        return text
    if len(text) > LIMITS.number_chars:
        raise ValueError(f"a number has at most {LIMITS.number_chars} characters; quote it if it is text")
    if integer:
        return int(text, 0)
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("this number is too large")
    return number


def plain(node: Node) -> Any:
    """The value without its positions."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    return [plain(child) for child in node.value] if isinstance(node.value, list) else node.value


class _GiveUp(Exception):
    """Reading on would find nothing true."""


class _Reader:
    """Builds nodes from the parser's events, so that keys, aliases, tags and positions are ours to judge."""

    def __init__(self, text: str, file: str) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._events: Any = yaml.CSafeLoader(text)
        self._anchors: dict[str, Node | None] = {}
        self._left = LIMITS.nodes
        self._aliased = LIMITS.alias_nodes

    def close(self) -> None:
        self._events.dispose()

    def document(self) -> Node:
        self._next()
        start = self._next()
        if isinstance(start, yaml.StreamEndEvent):
            self._tell(start, (), "the file is empty: it begins with `scenario: ID` (`gameday init` writes an example)")
            raise _GiveUp
        if start.version or start.tags:
            self._tell(start, (), "leave the line with % out: there is one kind of YAML here")
        node = self._node(self._next(), (), 0)
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            self._tell(after, (), "a second document begins here (`---`): one file holds one")
            raise _GiveUp
        return node

    def _next(self) -> Any:
        return self._events.get_event()

    def _tell(self, event: Any, path: Path, message: str, quoted: str | None = None) -> None:
        mark = event.start_mark
        self._tell_at(mark.line + 1, mark.column + 1, path, message, quoted)

    def _tell_at(self, line: int, column: int, path: Path, message: str, quoted: str | None = None) -> None:
        secret = is_secret(path)
        if quoted is not None:
            message = message.replace("{}", "this" if secret else shown(quoted))
        self.problems.append(Problem(self._file, line, column, "answer" if secret else dotted(path), message))

    def _node(self, event: Any, path: Path, depth: int) -> Node:
        self._left -= 1
        if self._left < 0:
            self._tell(event, (), f"more than {LIMITS.nodes} values in one file")
            raise _GiveUp
        if depth > LIMITS.depth:
            self._tell(event, path[:3], f"nested more than {LIMITS.depth} deep")
            raise _GiveUp
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        if event.tag is not None:
            self._tell(event, path, "tags (`!`) are not read here: quote the text if it begins with !")
        anchor = event.anchor
        if anchor is not None:
            self._anchors[anchor] = None
        node = self._filled(event, path, depth)
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _filled(self, event: Any, path: Path, depth: int) -> Node:
        mark = event.start_mark
        node = Node(mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
            node.value = self._scalar(event, path)
        elif isinstance(event, yaml.SequenceStartEvent):
            node.value = self._list(node, path, depth)
        else:
            node.value = self._map(node, event, path, depth)
        return node

    def _scalar(self, event: Any, path: Path) -> Scalar:
        text: str = event.value
        if not event.implicit[0]:
            return text
        try:
            return resolve(text)
        except ValueError as wrong:
            self._tell(event, path, str(wrong))
            return None

    def _until(self, end: type) -> Iterator[Any]:
        while not isinstance(event := self._next(), end):
            yield event

    def _list(self, node: Node, path: Path, depth: int) -> list[Node]:
        items: list[Node] = []
        for event in self._until(yaml.SequenceEndEvent):
            item = self._node(event, (*path, len(items)), depth + 1)
            node.size += item.size
            items.append(item)
        return items

    def _map(self, node: Node, start: Any, path: Path, depth: int) -> dict[str, Node]:
        children: dict[str, Node] = {}
        for event in self._until(yaml.MappingEndEvent):
            key = self._key(event, path, depth)
            within = path if key is None else (*path, key)
            first = self._next()
            child = self._node(first, within, depth + 1)
            node.size += child.size
            if key is None:
                continue
            if start.flow_style and _is_nothing(first):
                self._tell(event, path, "{} has no value: text with a comma inside {braces} must be quoted", key)
            mark = event.start_mark
            if key in children:
                line = node.keys[key][0]
                self._tell(event, within, f"the key {{}} stands here twice, first in line {line}: remove one", key)
                continue
            children[key] = child
            node.keys[key] = (mark.line + 1, mark.column + 1)
        return children

    def _key(self, event: Any, path: Path, depth: int) -> str | None:
        if not isinstance(event, yaml.ScalarEvent):
            self._tell(event, path, "a key must be plain text")
            self._node(event, path, depth + 1)
            return None
        if event.tag is not None or event.anchor is not None:
            self._tell(event, path, "a key must be plain text, without & or !")
        text: str = event.value
        if not text:
            self._tell(event, path, "a key is missing before the colon")
        elif text == "<<" and event.implicit[0]:
            self._tell(event, path, "merge keys (`<<`) are not read here: write the keys out")
        elif len(text) > LIMITS.key_chars:
            self._tell(event, path, f"a key has at most {LIMITS.key_chars} characters")
        else:
            return text
        return None

    def _alias(self, event: Any, path: Path) -> Node:
        name, mark = event.anchor, event.start_mark
        node = self._anchors.get(name)
        if node is None:
            known = (
                "stands for itself"
                if name in self._anchors
                else "stands for nothing: quote the text if it begins with *"
            )
            self._tell(event, path, f"the alias {{}} {known}", f"*{name}")
            return Node(mark.line + 1, mark.column + 1)
        self._aliased -= node.size
        if self._aliased < 0:
            self._tell(event, path, f"aliases stand for more than {LIMITS.alias_nodes} values: write them out")
            raise _GiveUp
        return Node(mark.line + 1, mark.column + 1, node.value, node.keys, node.size)


def _is_nothing(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and not event.value and event.implicit[0]


def _decoded(content: bytes, file: str) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ScenarioError([Problem(file, 1, 1, "", "this is UTF-16: save the file as UTF-8")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        told = f"the byte 0x{content[error.start]:02x} is not UTF-8: save the file as UTF-8"
        raise ScenarioError([Problem(file, before.count(b"\n") + 1, column, "", told)]) from None
