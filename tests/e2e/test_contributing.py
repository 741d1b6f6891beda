"""CONTRIBUTING.md is followed to the letter: its blocks are written into files, and the real command knows them."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("drills", "injectors", "scenarios", "scoring")
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks(recipe: str) -> list[tuple[str, str]]:
    """(language, text) of each block under a heading, without its indentation."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    under = text.split(f"## {recipe}", 1)[1].split("\n## ", 1)[0]
    return [
        (language, "".join(line.removeprefix(indent) for line in body.splitlines(keepends=True)))
        for indent, language, body in BLOCK.findall(under)
    ]


def only(recipe: str, language: str) -> str:
    found = [text for each, text in blocks(recipe) if each == language]
    assert len(found) == 1
    return found[0]


class Place:
    """A folder for somebody's package and workspace; what is typed there finds the package, as if it were installed."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home = folder, home
        folder.mkdir(exist_ok=True)
        self.environment = {**os.environ, "PYTHONPATH": str(home), "XDG_STATE_HOME": str(folder / "state")}

    def type(self, *words, **options):
        command = [str(Path(sys.executable).with_name("gameday")), *map(str, words)]
        return self.run(command, **options)

    def run(self, command, *, cwd=None, **environment):
        return subprocess.run(
            command,
            cwd=cwd or self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def typed(self, *words, **options):
        """Type it and return what it said; it must end well."""
        done = self.type(*words, **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def open_workspace(self):
        self.typed("init", "shop")
        self.folder = self.folder / "shop"


def install(home: Path, pyproject: str) -> None:
    """What an installer leaves of a package's entry points."""
    groups = tomllib.loads(pyproject)["project"]["entry-points"]
    about = home / "shop_faults-0.1.dist-info"
    about.mkdir(exist_ok=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-faults\nVersion: 0.1\n")
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {where}\n" for name, where in points.items())
        for group, points in groups.items()
    ]
    (about / "entry_points.txt").write_text("\n".join(lines))


@pytest.fixture
def theirs(tmp_path):
    """Somebody's package, made as the first two recipes say, in a folder that is on the path."""
    home = tmp_path / "site"
    home.mkdir()
    (home / "injectors").symlink_to(ROOT / "injectors")
    made = subprocess.run(
        only("An injector: copy noop", "sh"),
        shell=True,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    (home / "injectors").unlink()
    (home / "shop_faults" / "free_disk.py").write_text(only("A probe", "python"))
    install(home, only("An injector: copy noop", "toml") + "\n" + only("A probe", "toml"))
    return Place(tmp_path / "work", home)


@pytest.fixture
def ours(tmp_path):
    """A copy of gameday itself, to add files to."""
    home = tmp_path / "copy"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, home / package, ignore=shutil.ignore_patterns("__pycache__"))
    return Place(tmp_path / "work", home)


def add_row(file: Path, row: str, last: str) -> None:
    """Put a row before the line that closes a table."""
    text = file.read_text()
    assert text.count(last) == 1
    file.write_text(text.replace(last, row + last))


def test_the_injector_is_listed_with_its_keys(theirs):
    assert "shop.note" in theirs.typed("injectors")
    assert "shop.note: Writes one line" in theirs.typed("injectors", "shop.note")


def test_the_injector_passes_the_suite(theirs):
    test = theirs.folder / "test_note.py"
    test.write_text(only("An injector: copy noop", "python"))
    both = os.pathsep.join([str(theirs.home), str(ROOT / "tests" / "contract")])
    done = theirs.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)], PYTHONPATH=both)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_the_probe_is_listed_with_its_keys(theirs):
    assert "shop.free_disk" in theirs.typed("probes")
    assert "path" in theirs.typed("probes", "shop.free_disk")


def test_both_work_in_a_drill(theirs):
    theirs.open_workspace()
    scenario = theirs.folder / "drills" / "try-mine.yaml"
    scenario.write_text(only("A probe", "yaml"))
    assert "0 problems" in theirs.type("check").stderr
    shown = theirs.typed("run", scenario)
    assert "room: good: free 0." in shown
    assert "note is gone, confirmed" in shown
    assert "1 of 1 met (faults left met)" in shown


def test_the_command_is_there(ours):
    (ours.home / "drills" / "cli" / "freezes_command.py").write_text(blocks("A command")[0][1])
    add_row(ours.home / "drills" / "cli" / "commands.py", blocks("A command")[1][1], "}\n")
    assert re.search(r"^  freezes +List the times in which nothing is drilled.$", ours.typed("--help"), re.MULTILINE)
    ours.open_workspace()
    workspace = ours.folder / "gameday.yaml"
    freeze = 'freezes: [{from: 2026-12-18, until: 2027-01-04, reason: "Christmas"}]\n'
    workspace.write_text(workspace.read_text() + freeze)
    assert ours.typed("freezes") == "2026-12-18 00:00:00 until 2027-01-05 00:00:00: Christmas\n"


def test_the_measure_stands_in_the_scorecard(ours):
    table = ours.home / "scoring" / "measures" / "__init__.py"
    (table.parent / "alerts_heard.py").write_text(blocks("A measure")[0][1])
    add_row(table, blocks("A measure")[1][1], '    Measure("faults_left"')
    table.write_text(
        f"{table.read_text()}".replace(
            "from scoring.measures.alert_names_impact",
            "from scoring.measures.alerts_heard import alerts_heard\nfrom scoring.measures.alert_names_impact",
        )
    )
    ours.open_workspace()
    scenario = ours.folder / "drills" / "first-drill.yaml"
    scenario.write_text(scenario.read_text().replace("duration: 5s", "duration: 500ms"))
    assert re.search(r"^alerts heard +0$", ours.typed("run", scenario), re.MULTILINE)
