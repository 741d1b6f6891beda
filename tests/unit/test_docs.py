"""The pages say what the code does: what is made from the code is fresh, and nothing there is goes unmentioned."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ENTRY = re.compile(r"^- \*\*(.+?)\*\*", re.MULTILINE)
WORDS = """
scenario, fault, injector, steady state, probe, signal, alert, stop condition, safety lever, blast radius, cohort,
duration, revert, undo, undo log, guard, consent label, tag, timeline, entry, mark, picture, snap check, message, hint,
recovery criteria, negative check, measure, expectation, scorecard, trend, runbook, step, re-drill, outcome, verdict
""".replace("\n", " ")
"""The words of the design: each must have its one meaning."""


def _words() -> list[str]:
    return ENTRY.findall((DOCS / "words.md").read_text())


def test_the_reference_pages_are_what_the_code_says_now():
    program = [sys.executable, str(DOCS / "generate.py"), "--check"]
    done = subprocess.run(program, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nrun: make docs"


@pytest.mark.parametrize("word", [each.strip() for each in WORDS.split(",")])
def test_every_word_of_the_design_has_a_meaning(word):
    assert _words().count(word) == 1


def test_no_word_has_two_meanings():
    words = _words()
    assert sorted(words) == sorted(set(words))


def test_every_decision_fits_on_a_page_and_stands_in_the_list():
    decisions = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    listed = (DOCS / "decisions" / "README.md").read_text()
    assert [each.name for each in decisions if f"({each.name})" not in listed] == []
    assert [each.name for each in decisions if len(each.read_text().splitlines()) > 50] == []
    assert [each.name for each in decisions if "**Why" not in each.read_text()] == []


def test_every_library_we_need_has_its_line():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = wanted["optional-dependencies"]
    needed = {*wanted["dependencies"], *(each for extra in extras.values() for each in extra)}
    names = {re.split(r"[<>=\[!~; ]", each)[0].lower() for each in needed} - {"gameday-drills"}
    page = (DOCS / "decisions" / "libraries.md").read_text().lower()
    assert [name for name in sorted(names) if name not in page] == []
