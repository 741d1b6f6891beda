"""Checks files and folders together: each with the workspace it lies in. Touches no target."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from drills.plan.catalog import all_files, twins_of
from drills.plan.checking import check_file
from scenarios import FILE_NAME, Problem, ScenarioError, Workspace, find_workspace, load_workspace
from scenarios.reader import whole
from scenarios.shelf import files


@dataclass(slots=True)
class Checked:
    """Every problem once, and the files that were looked at."""

    problems: dict[Problem, None] = field(default_factory=dict)
    files: dict[Path, None] = field(default_factory=dict)
    workspaces: dict[Path, Workspace | None] = field(default_factory=dict)

    def holds(self, workspace: Workspace) -> bool:
        """Is the whole workspace looked at, and not some of its files alone?"""
        return near(workspace.path) in self.files


def check_paths(paths: Sequence[Path], environment: str | None = None) -> Checked:
    """Check these files and folders; without any, the workspace around. Raises `ScenarioError` when there is none."""
    checked = Checked()
    for path in paths or [near(find_workspace(Path.cwd()))]:
        checked.files.update(dict.fromkeys(_wanted(path, checked, alone=bool(paths))))
    for file in checked.files:
        workspace = _workspace(file, checked)
        checked.problems.update(dict.fromkeys(check_file(file, workspace, environment)))
        if workspace is not None and not checked.holds(workspace):  # else gameday.yaml's own check tells of all twins
            checked.problems.update(dict.fromkeys(twins_of(file, workspace)))
    return checked


def near(path: Path) -> Path:
    """As a person in this folder would write it."""
    try:
        return path.absolute().relative_to(Path.cwd())
    except ValueError:
        return path


def _wanted(path: Path, checked: Checked, *, alone: bool) -> Iterable[Path]:
    own = path / FILE_NAME
    if not path.is_dir():
        return [path] if alone else _whole_workspace(path, checked)
    if own.is_file():
        return _whole_workspace(own, checked)
    inside = files(path)
    if not inside:
        checked.problems[whole(path, "there is no .yaml file in this folder: name another")] = None
    return inside


def _whole_workspace(file: Path, checked: Checked) -> list[Path]:
    workspace = _workspace(file, checked)
    return [file, *(near(each) for each in (all_files(workspace) if workspace else ()))]


def _workspace(file: Path, checked: Checked) -> Workspace | None:
    """The workspace a file lies in, loaded once; its problems are told once."""
    try:
        found = near(find_workspace(file.absolute().parent))
    except ScenarioError:
        told = f"there is no {FILE_NAME} here or above, so only the form was checked: `gameday init` writes one"
        about = whole(file, told)
        checked.problems[Problem(about.file, about.line, about.column, "", told, "warning")] = None
        return None
    if found not in checked.workspaces:
        try:
            checked.workspaces[found] = load_workspace(found)
        except ScenarioError as error:
            checked.workspaces[found] = None
            checked.problems.update(dict.fromkeys(error.problems))
    return checked.workspaces[found]
