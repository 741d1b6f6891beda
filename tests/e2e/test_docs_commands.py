"""What the pages tell a reader to type is typed here, in order, in a folder of its own, and must say what they show."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^ *```console\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"\d[\d:.]*")
LEFT_OUT = "..."
ASKED = "echo $?"


def steps(page: Path) -> list[tuple[str, list[str]]]:
    """(what is typed, the lines shown below it), of all blocks of a page."""
    found: list[tuple[str, list[str]]] = []
    for block in BLOCK.findall(page.read_text()):
        for line in block.splitlines():
            if line.strip().startswith("$ "):
                found.append((line.strip().removeprefix("$ "), []))
            elif line.strip():
                found[-1][1].append(line)
    return found


TYPED = {page.relative_to(ROOT).as_posix(): found for page in PAGES if (found := steps(page))}


def plain(line: str) -> str:
    """A line without what differs from run to run: numbers and the width of columns."""
    return re.sub(r"\s+", " ", NUMBER.sub("0", line)).strip()


def is_shown(shown: list[str], said: str) -> bool:
    """Are these lines what was said, in this order? `...` stands for any lines."""
    there = [plain(line) for line in said.splitlines() if line.strip()]
    wanted = [plain(line) for line in shown]
    if LEFT_OUT not in wanted:
        return wanted == there
    rest = iter(there)
    return all(line in rest for line in wanted if line != LEFT_OUT)


class Terminal:
    """A shell that stays where it was sent, and remembers how the last command ended."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.code = folder, 0
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "XDG_STATE_HOME": str(folder / "state")}

    def type(self, command: str) -> str:
        if command == ASKED:
            said, self.code = f"{self.code}\n", 0
            return said
        if command.startswith("cd "):
            self.folder /= command.removeprefix("cd ")
            return ""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        self.code = done.returncode
        return done.stdout


@pytest.fixture
def terminal(tmp_path):
    return Terminal(tmp_path)


def test_the_pages_have_something_to_type():
    assert "docs/quickstart.md" in TYPED
    assert len(TYPED["docs/quickstart.md"]) >= 8


@pytest.mark.parametrize("page", TYPED)
def test_what_a_page_tells_to_type_says_what_it_shows(page, terminal):
    typed = TYPED[page]
    if not any(command.startswith("gameday init") for command, _ in typed):
        terminal.type("gameday init here")
        terminal.type("cd here")
    asked = [command == ASKED for command, _ in typed[1:]] + [False]
    for (command, shown), code_is_asked in zip(typed, asked, strict=True):
        said = terminal.type(command)
        if shown:
            assert is_shown(shown, said), f"{page}: $ {command}\nshows\n{chr(10).join(shown)}\nand says\n{said}"
        if not code_is_asked:
            assert terminal.code == 0, f"{page}: $ {command} ended with {terminal.code}\n{said}"
