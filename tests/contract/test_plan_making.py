"""A plan is made from real targets: what there is, what is chosen, and every reason to refuse it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from workers import Workers
from workplace import Workplace

import scenarios
from drills import plan as plans
from drills.plan import scenario_files
from scenarios import ScenarioError


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as running:
        running.fresh()
        yield running


@pytest.fixture
def here(tmp_path, workers):
    place = Workplace(tmp_path)
    place.pool = f'{{kind: process, with: {{pidfiles: "{workers.pidfiles}"}}}}'
    place.workspace({"pool": place.pool})
    return place


def made(here, faults, environment=None, now=None, **more):
    path = here.drill("one", faults, **more)
    return plans.make(scenarios.load(path), scenarios.load_workspace(here.folder), environment, now=now)


def caps(here, line):
    path = here.folder / "gameday.yaml"
    text = "".join(each for each in path.read_text().splitlines(keepends=True) if not each.startswith("caps:"))
    path.write_text(text + f"caps: {line}\n")


def test_every_matching_subject_is_listed_and_the_selected_ones_become_changes(here):
    plan = made(here, {"two": "{inject: process.stop, select: 2, duration: 5s}"})

    assert plan.faults["two"].candidates == ("worker-1", "worker-2", "worker-3")
    assert [(each.id, each.subject) for each in plan.faults["two"].changes] == [
        ("two.1", "worker-1"),
        ("two.2", "worker-2"),
    ]
    assert {each.environment for each in plan.faults["two"].changes} == {"staging"}
    assert plan.refusals == ()


def test_one_subject_is_a_change_by_the_faults_own_name(here):
    assert [each.id for each in made(here, {"one": "{inject: process.kill}"}).faults["one"].changes] == ["one"]


@pytest.mark.parametrize(
    ("line", "select", "refusal"),
    [
        ("{targets_per_fault: 1}", "50%", ""),
        ("{targets_per_fault: 1, share_of_pool: 100%}", "all", "3 targets are over the cap of 1"),
        ("{share_of_pool: 34%}", "1", ""),
        ("{share_of_pool: 34%}", "2", "2 of 3 is over the cap of 34% of a pool"),
        ("{share_of_pool: 20%}", "1", "1 of 3 is over the cap of 20% of a pool"),
    ],
)
def test_what_is_selected_beyond_a_cap_is_refused(here, line, select, refusal):
    caps(here, line)

    refusals = made(here, {"some": f"{{inject: process.stop, select: {select}, duration: 5s}}"}).refusals

    assert [refusal in each for each in refusals] == [True] * bool(refusal), refusals


def test_a_pool_of_one_is_a_pool_only_for_a_file_that_selects_from_it(here, workers):
    caps(here, "{share_of_pool: 34%}")
    only = workers.pidfiles.replace("*", "worker-2")
    text = (here.folder / "gameday.yaml").read_text()
    (here.folder / "gameday.yaml").write_text(text.replace(workers.pidfiles, only))

    assert made(here, {"it": "{inject: process.kill}"}).refusals == ()
    assert "1 of 1 is over the cap" in made(here, {"it": "{inject: process.kill, select: all}"}).refusals[0]


@pytest.mark.parametrize(
    ("faults", "line", "error"),
    [
        ({"long": "{inject: noop, duration: 11m}"}, "{duration: 10m}", "11m is over the workspace's cap of 10m"),
        ({"many": "{inject: process.stop, select: 4, duration: 1s}"}, "{targets_per_fault: 3}", "4 targets are over"),
        (
            {"a": "{inject: noop, duration: 1m}", "b": "{inject: noop, when: 30s, duration: 1m}"},
            "{faults_at_once: 1}",
            "2 faults may be on at once (a, b); the workspace's cap is 1: let one begin `0s after a ends`",
        ),
    ],
)
def test_what_the_file_alone_says_is_over_a_cap_is_an_error_at_its_place(here, faults, line, error):
    caps(here, line)

    with pytest.raises(ScenarioError) as caught:
        made(here, faults)
    assert error in str(caught.value)
    assert "one.yaml:7:" in str(caught.value) or "one.yaml:6:" in str(caught.value)


def test_a_freeze_refuses_every_drill_while_it_lasts_and_says_why(here):
    here.workspace(more='freezes: [{from: 2026-12-18, until: 2027-01-05, reason: "Christmas trade"}]\n')
    faults = {"quiet": "{inject: noop, duration: 1s}"}

    before = made(here, faults, now=datetime(2026, 12, 17, 23, 59, tzinfo=UTC))
    within = made(here, faults, now=datetime(2026, 12, 24, tzinfo=UTC))
    after = made(here, faults, now=datetime(2027, 1, 7, tzinfo=UTC))

    assert (before.refusals, after.refusals) == ((), ())
    assert within.refusals[0].startswith("nothing is drilled until 2027-01-0")
    assert within.refusals[0].endswith("(UTC): Christmas trade")


def test_a_pool_in_which_nobody_lives_is_refused(here, workers):
    text = (here.folder / "gameday.yaml").read_text()
    (here.folder / "gameday.yaml").write_text(text.replace(workers.pidfiles, str(here.folder / "none-*.pid")))

    assert made(here, {"it": "{inject: process.kill}"}).refusals[0].startswith("it: no live process: ")


# --- which target is meant -------------------------------------------------------------------------------------------


def error(here, faults, environment=None):
    with pytest.raises(ScenarioError) as caught:
        made(here, faults, environment)
    return str(caught.value)


KILL = {"kill": "{inject: process.kill}"}


def test_the_only_target_of_a_kind_need_not_be_named_and_of_several_one_must_be(here):
    assert made(here, KILL).faults["kill"].target_name == "pool"
    here.workspace({"pool": here.pool, "other": here.pool})

    said = error(here, KILL)

    assert "staging has several targets of kind process (other, pool): write `target: other` or another" in said
    named = made(here, {"kill": "{inject: process.kill, target: pool}"})
    assert named.faults["kill"].target_name == "pool"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("{inject: process.kill, target: pol}", "staging has no target 'pol': did you mean `pool`?"),
        ("{inject: noop, target: pool, duration: 1s}", "noop needs no target: leave it out"),
        (
            "{inject: toxiproxy.down, with: {proxy: x}, duration: 1s}",
            "needs a target of kind toxiproxy, and staging has none",
        ),
        (
            "{inject: toxiproxy.down, target: pool, with: {proxy: x}, duration: 1s}",
            "'pool' is of kind process, and toxiproxy.down needs toxiproxy",
        ),
        ("{inject: process.kill, duration: 1s}", "process.kill happens once and has no duration: leave it out"),
        ("{inject: process.stop}", "duration is missing: process.stop holds until it is taken back"),
    ],
)
def test_a_target_or_a_life_that_does_not_fit_is_an_error(here, fault, said):
    assert said in error(here, {"it": fault})


def test_the_environment_is_the_one_asked_for_else_the_files_else_the_default_else_the_only_one(here):
    text = (here.folder / "gameday.yaml").read_text()
    (here.folder / "gameday.yaml").write_text(text.replace("environments:", "environments:\n  lab: {targets: {}}"))
    quiet = {"quiet": "{inject: noop, duration: 1s}"}

    assert "which environment? Write `environment: ...` here or `--environment`, one of lab, staging" in error(
        here, quiet
    )
    assert made(here, quiet, environment="lab").environment == "lab"
    path = here.folder / "gameday.yaml"
    path.write_text(path.read_text() + "default_environment: staging\n")
    assert made(here, quiet).environment == "staging"
    scenario = scenarios.load(here.drill("one", quiet, environment="lab"))
    assert plans.make(scenario, scenarios.load_workspace(here.folder)).environment == "lab"


def test_scenarios_are_found_by_their_id_wherever_their_file_is(here):
    deep = here.folder / "scenarios" / "team" / "orders"
    deep.mkdir(parents=True)
    here.drill("one", {"quiet": "{inject: noop, duration: 1s}"}).rename(deep / "another-name.yaml")
    (here.folder / "scenarios" / "notes.txt").write_text("scenario: two\n")
    (here.folder / "scenarios" / "broken.yaml").write_text(": :\n")

    assert scenario_files(scenarios.load_workspace(here.folder)) == {"one": deep / "another-name.yaml"}
