"""docs/how-to/your-own-injector.md is followed: a package is really built and installed, and gameday knows it."""

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from workplace import Workplace, said

from injectors.testing import check_injector

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "your-own-injector.md").read_text()
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    found = [(each, text) for each, text in BLOCK.findall(PAGE) if each == language]
    return ["".join(line.removeprefix("   ") for line in text.splitlines(keepends=True)) for _, text in found]


def done(command: list[str], folder: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The folder into which the page's package was installed."""
    folder = tmp_path_factory.mktemp("package")
    begin, install = blocks("sh")
    done(["sh", "-e", "-c", begin], folder)
    (folder / "shop-note" / "pyproject.toml").write_text(blocks("toml")[0])
    assert install == "pip install ./shop-note\n"
    offline = ["--no-index", "--no-build-isolation", "--no-deps", "--target", "site"]
    done([sys.executable, "-m", "pip", "install", "-q", "./shop-note", *offline], folder)
    return folder / "site"


@pytest.fixture
def place(tmp_path, installed, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with Workplace(tmp_path) as made:
        made.workspace({})
        yield made


def test_it_is_listed_shown_completed_and_checked_like_ours(place):
    listed, shown = place.type("injectors"), place.type("injectors", "shop.note")
    assert re.search(r"^  shop\.note +none +for its duration ", listed.stdout, re.MULTILINE), said(listed)
    assert shown.returncode == 0, said(shown)
    for word in ("consent:", "reverted by:", "  file ", "example of `with:`"):
        assert word in shown.stdout
    schema = json.loads(place.type("schema").stdout)
    assert "shop.note" in schema["$defs"]["FaultUse"]["properties"]["inject"]["enum"]


def test_a_drill_uses_it_and_takes_it_back(place, tmp_path):
    file = tmp_path / "bent"
    file.write_text("before\n")
    path = place.drill("mine", {"note": f"{{inject: shop.note, with: {{file: {file}}}, duration: 300ms}}"})
    run = place.type("run", path)
    assert run.returncode == 0, said(run)
    assert "shop.note" in place.type("log", "--json").stdout
    assert file.read_text() == "before\n"


def test_it_keeps_the_contract(installed, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(installed))
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "contract"))
    world = importlib.import_module("test_injectors_noop").FileWorld(tmp_path, "before\n")
    report = check_injector(importlib.import_module("shop_note").KIND.make, world)
    assert report.cannot == world.cannot


BROKEN = {
    "gone": ("", "gone_module:KIND", "ModuleNotFoundError: No module named 'gone_module'"),
    "raises": ("raise RuntimeError('out of order\\nand more')", "raises:KIND", "RuntimeError: out of order;"),
    "exits": ("import sys; sys.exit(9)", "exits:KIND", "SystemExit: 9"),
    "typo": ("def broken(:", "typo:KIND", "SyntaxError: "),
    "number": ("KIND = 7", "number:KIND", "is no "),
    "nameless": ("", "nameless:KIND", "AttributeError: "),
}


@pytest.mark.parametrize("group", ["injectors", "signals"])
def test_whatever_is_wrong_with_one_is_one_line_that_names_its_package_and_all_others_work(
    place, tmp_path, installed, group
):
    site = tmp_path / "site"
    for name, (code, where, _) in BROKEN.items():
        about = site / f"shop_{name}-0.1.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: shop-{name}\nVersion: 0.1\n")
        (about / "entry_points.txt").write_text(f"[gameday.{group}]\nshop.{name} = {where}\n")
        if name != "gone":
            (site / f"{name}.py").write_text(code)
    place.environment["PYTHONPATH"] = f"{site}{os.pathsep}{installed}"
    word = "injectors" if group == "injectors" else "probes"

    listed = place.type(word)
    rows = {line.split()[0]: line for line in listed.stdout.splitlines() if line.startswith("  ")}

    assert listed.returncode == 0, said(listed)
    for name, (_, _, told) in BROKEN.items():
        row = rows[f"shop.{name}"]
        assert f"of the package shop-{name}" in row
        assert told in row
        assert row.endswith(f"mend it, or pip uninstall shop-{name}")
    assert "toxiproxy.latency" in rows or "http" in rows
    one = place.type(word, "shop.raises")
    assert one.returncode == 2, said(one)
    assert one.stderr.startswith("error: 'shop.raises' of the package shop-raises")
    assert len(one.stderr.splitlines()) == 1
    for words in (["check"], ["schema"], ["doctor"], ["sweep"]):
        assert place.type(*words).returncode == 0, words
    path = place.drill("mine", {"note": "{inject: shop.note, duration: 300ms}"})
    assert place.type("run", path).returncode == 0
