"""The programs of bench/ run, and print rows that say what they mean. How fast anything is, is never tested."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
PARTS = {"run", "row", "places", "chaos", "proxies", "machine", "ending_drills"}
"""Modules of bench/ that the programs share."""
PROGRAMS = sorted(path.stem for path in BENCH.glob("*.py") if path.stem not in PARTS)


def _row_module():
    spec = importlib.util.spec_from_file_location("bench_row", BENCH / "row.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


row = _row_module()


def bench(*words):
    program = [sys.executable, str(BENCH / "run.py"), *words]
    return subprocess.run(program, capture_output=True, text=True, check=False, timeout=100)


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_program_runs_and_prints_well_formed_rows(name):
    done = bench("--quick", "--json", name)

    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert rows
    for each in rows:
        found = row.from_json(each)
        assert found.what
        if found.missing:
            assert "type: make" in found.missing
            continue
        assert min(found.ours) > -0.1, "a time; a difference of two may fall below nothing when each is taken once"
        assert min(found.theirs) > -0.1
        assert found.beside
        assert each["verdict"] in {"met", "NOT MET", "no goal"}
        assert len(found.cells()) == 6


def test_the_table_says_which_goals_are_not_met_and_how_unsteady_the_machine_is():
    done = bench("--quick", "inject_call")

    assert done.returncode == 0, done.stderr
    assert "inject through embedded proxy" in done.stdout
    assert "noise: the same work took" in done.stdout
    assert "NOT MET" in done.stdout
    assert "docs/performance.md" in done.stdout


def test_a_program_that_does_not_exist_is_named_with_those_that_do():
    done = bench("speed")

    assert done.returncode == 2
    assert "speed: no such program; there are help, command_to_active" in done.stderr


def test_a_row_is_met_up_to_its_goal_and_not_met_above_it():
    exact = row.Row("it", [0.3, 0.1, 0.2], "peer", [0.4, 0.4], goal=0.5)
    above = row.Row("it", [0.3, 0.1, 0.21], "peer", [0.4, 0.4], goal=0.5)

    assert (exact.ratio, exact.verdict) == (0.5, "met")
    assert above.verdict == "NOT MET"
    assert above.line() == (
        "it: ours 210 ms (3: 100 ms..300 ms); peer 400 ms (2: 400 ms..400 ms); ratio 0.52, goal 0.50: NOT MET"
    )


def test_a_row_of_the_worst_counts_the_worst():
    worst = row.Row("it", [0.01, 0.02, 0.09], "limit", [0.05], goal=1.0, share=1)

    assert worst.ratio == pytest.approx(1.8)
    assert worst.verdict == "NOT MET"


def test_a_row_that_could_not_be_measured_says_why_and_is_neither_met_nor_not():
    missing = row.Row("it", missing="the peer is not there; type: make bench", goal=0.5)

    assert missing.verdict == "not measured"
    assert missing.line() == "it: not measured: the peer is not there; type: make bench"
    assert row.from_json(json.loads(json.dumps(missing.to_json()))).cells() == missing.cells()


def test_a_row_without_a_goal_is_shown_and_not_judged():
    assert row.Row("it", [2.0], "peer", [1.0]).verdict == "no goal"


def test_the_percentile_of_few_figures_lies_among_them():
    assert row.at([4.0], 0.95) == 4.0
    assert row.at([1.0, 2.0, 3.0], 0.5) == 2.0
    assert row.at(list(range(1, 101)), 0.95) == pytest.approx(95.05)
