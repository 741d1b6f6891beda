"""What the code says of itself in its own text: docstrings of classes and of what stands in them. Imports nothing."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("scenarios", "injectors", "scoring", "drills")
STARTS = {"Exception", "BadParameter", "AssertionError"}


@dataclass(frozen=True)
class Written:
    """A class as it stands in a file."""

    name: str
    module: str
    bases: tuple[str, ...]
    docstring: str
    said: Mapping[str, str] = field(default_factory=dict)
    """Name of a constant or field -> the docstring below it."""


def classes(*folders: str) -> Iterator[Written]:
    """Every class of these folders or files, by file and line."""
    for folder in folders:
        place = ROOT / folder
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            module = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef):
                    yield Written(node.name, module, _bases(node), ast.get_docstring(node) or "", _said(node))


@dataclass(frozen=True)
class Error:
    """A public error, and the error of ours that it is made from in the end."""

    name: str
    module: str
    family: str
    docstring: str
    """Its first paragraph."""


def errors() -> list[Error]:
    """Every public error, the ones they are made from first; the demo's own are left out."""
    found = [each for each in classes(*ROOMS) if not each.module.startswith("drills.demo")]
    family: dict[tuple[str, str], str] = {}
    while more := [each for each in found if _key(each) not in family and _family(each, family)]:
        family |= {_key(each): _family(each, family) for each in more}
    return [
        Error(each.name, each.module, family[_key(each)], each.docstring.split("\n\n")[0])
        for each in sorted(found, key=lambda each: list(family).index(_key(each)) if _key(each) in family else 0)
        if _key(each) in family and not each.name.startswith("_")
    ]


def _key(each: Written) -> tuple[str, str]:
    """Its room and its name: two rooms may each have an error of the same name."""
    parts = each.module.split(".")
    return ".".join(parts[: 2 if parts[0] == "drills" else 1]), each.name


def _family(each: Written, known: Mapping[tuple[str, str], str]) -> str:
    if STARTS & set(each.bases):
        return each.name
    room = _key(each)[0]
    own = [known[room, base] for base in each.bases if (room, base) in known]
    others = [family for (_, name), family in known.items() if name in each.bases]
    return next(iter([*own, *others]), "")


def _bases(node: ast.ClassDef) -> tuple[str, ...]:
    return tuple(base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases)


def _said(node: ast.ClassDef) -> dict[str, str]:
    found = {}
    for first, then in pairwise(node.body):
        name = _name(first)
        if name and isinstance(then, ast.Expr) and isinstance(then.value, ast.Constant):
            found[name] = str(then.value.value)
    return found


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return ""
