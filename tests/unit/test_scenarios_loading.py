"""Loading good files: every default, every position, variables in their place, and what responders may see."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

import scenarios
from scenarios import GameDay, Scenario, ScenarioError, Select, When
from scenarios.problems import Problem, dotted, in_order
from scenarios.salvage import UNREADABLE
from scenarios.shelf import files, first_key, heads

FORMAT = Path(__file__).parent.parent / "material" / "format"
DRILL = FORMAT / "drills" / "slow-payments-db.yaml"


def read(text, **settings):
    return scenarios.read(text.encode(), Path("drill.yaml"), settings=settings)


def scenario(body="", variables="", **settings):
    text = f"scenario: drill\ntitle: t\nservice: s\n{variables}\nsteady_state: [p]\nstop_unless: []\n{body}"
    return read(text if "faults" in body else f"{text}\nfaults: {{f: {{inject: noop, duration: 5s}}}}", **settings)


def test_the_annotated_example_is_read_with_all_its_values():
    drill = scenarios.load(DRILL)
    assert isinstance(drill, Scenario)
    assert (drill.id, drill.service, drill.level) == ("slow-payments-db", "checkout", 1)
    assert drill.faults["slow-db"].duration == 1200
    assert drill.faults["slow-db"].when == When(10, None, "start")
    assert drill.faults["slow-db"].with_ == {"proxy": "payments-db", "latency": "800ms", "jitter": "100ms"}
    assert drill.probes["errors-low"].good == {"below": "20%"}
    assert drill.probes["errors-low"].for_ == 10
    assert drill.messages["shops-spin"].when == When(180, "slow-db", "effect")
    assert drill.messages["shops-spin"].reply.within == 600
    assert drill.messages["look-downstream"].from_ == "facilitator"
    assert drill.answer.unsafe_actions[0].text.startswith("fail over")
    assert drill.answer.unsafe_actions[1].probe == "errors-low"
    assert drill.expect.alert.labels == {"region": "eu"}
    assert drill.expect.recovery.watch == 120
    assert drill.expect.runbook_steps.worked == 1.0
    assert drill.time_limit == 2400


def test_every_example_of_the_format_is_read():
    for file in sorted((FORMAT / "drills").iterdir()):
        assert scenarios.load(file).id


def test_defaults_are_those_of_the_format():
    drill = scenario()
    fault = drill.faults["f"]
    assert fault.when == When(0, None, "start")
    assert fault.select == Select(count=1)
    assert drill.level == 1
    assert drill.environment is None
    assert drill.expect.recovery is None
    assert drill.answer is None
    assert drill.messages == {}


def test_a_scenario_is_frozen_and_knows_its_file():
    drill = scenarios.load(DRILL)
    with pytest.raises(ValidationError):
        drill.title = "another"
    assert drill.path == DRILL
    assert len(drill.text) == 64
    assert drill.text != scenarios.load(DRILL.with_name("kill-worker.yaml")).text


def test_a_value_inside_with_is_found_again_at_its_place():
    drill = scenarios.load(DRILL)
    file, line, column = drill.where(("faults", "slow-db", "with", "latency"))
    assert file == str(DRILL)
    assert DRILL.read_text().splitlines()[line - 1][column - 1 :].startswith("800ms")
    assert drill.where(("faults", "slow-db", "with", "nothing", "there"))[1] == line
    assert drill.where(("steady_state", 9))[1] == drill.where(("steady_state",))[1]
    assert drill.written(("faults", "slow-db", "when"))
    assert not drill.written(("faults", "slow-db", "select"))
    assert drill.names(("faults",)) == ("slow-db",)
    assert drill.names(("faults", "nothing", "there")) == ()
    assert drill.names(("title",)) == ()


def test_responders_get_the_briefing_and_nothing_else():
    view = scenarios.load(DRILL).for_responders()
    assert view.model_dump() == {"title": "Payments drill", "text": "Staging only. A real page wins."}


def test_without_a_briefing_responders_learn_the_service_only():
    assert scenario().for_responders().model_dump() == {"title": "Drill on s", "text": ""}
    day = read("game_day: d\ntitle: t\nparts: {a: {scenario: b, when: 0s}}")
    assert day.for_responders().title == "Game day"


def test_a_game_day_is_read_with_its_room_and_parts():
    day = scenarios.load(FORMAT / "drills" / "autumn-game-day.yaml")
    assert isinstance(day, GameDay)
    assert day.room.roles == {"commander": "oumar", "scribe": "li", "comms": None}
    assert day.parts["slow-db"].set == {"fault_length": "30m"}
    assert day.parts["region-gone"].tabletop.within == 1500
    assert day.messages["break"].when == When(0, "slow-db", "clear")
    assert day.for_responders().title == "Autumn game day"


def test_a_tabletop_stands_in_place_of_faults():
    drill = read("scenario: d\ntitle: t\nservice: s\ntabletop: {situation: It is gone., ask: [What now?], within: 5m}")
    assert drill.tabletop.ask == ("What now?",)
    assert drill.faults == {}


def test_a_part_that_is_a_tabletop_is_a_scenario_called_as_the_part_is():
    day = scenarios.load(FORMAT / "drills" / "autumn-game-day.yaml")
    drill = day.tabletop("region-gone", "checkout")
    assert (drill.id, drill.title, drill.service) == ("region-gone", day.title, "checkout")
    assert drill.tabletop == day.parts["region-gone"].tabletop
    assert drill.for_responders().title == "Autumn game day"
    assert drill.path == day.path
    with pytest.raises(KeyError, match="slow-db"):
        day.tabletop("slow-db")


def test_a_variable_alone_keeps_its_type_and_inside_text_becomes_text():
    drill = scenario(
        "faults: {f: {inject: noop, duration: 5s, with:"
        " {n: '${n}', t: 'a ${n} b ${flag} ${none}.', l: ['${s}'], x: '$${n}'}}}",
        "vars: {n: 3, flag: true, s: text, none: null}",
    )
    assert drill.faults["f"].with_ == {"n": 3, "t": "a 3 b true .", "l": ["text"], "x": "${n}"}


def test_what_is_set_replaces_the_default_in_its_type():
    body = "faults: {f: {inject: noop, duration: '${d}', with: {n: '${n}', s: '${s}'}}}"
    drill = scenario(body, "vars: {n: 3, d: 5s, s: x}", n="7", d="9s", s="7")
    assert drill.faults["f"].with_ == {"n": 7, "s": "7"}
    assert drill.faults["f"].duration == 9
    assert drill.vars == {"n": 7, "d": "9s", "s": "7"}


def test_a_variable_is_put_in_once_and_never_again():
    drill = scenario("faults: {f: {inject: noop, duration: 5s, with: {a: '${x}'}}}", "vars: {x: '${y}', y: z}")
    assert drill.faults["f"].with_ == {"a": "${y}"}


def test_a_lone_dollar_is_text():
    drill = scenario("faults: {f: {inject: noop, duration: 5s, with: {a: '$5 and $x and $$'}}}")
    assert drill.faults["f"].with_ == {"a": "$5 and $x and $$"}


def test_the_workspace_is_read_with_its_targets_and_defaults(tmp_path):
    workspace = scenarios.load_workspace(FORMAT)
    staging = workspace.environments["staging"]
    assert staging.targets["payments-proxy"].consent == ("payments-db",)
    assert workspace.caps.share_of_pool == 0.34
    assert workspace.services["checkout"].depends_on == ("payments-db", "orders")
    assert workspace.store.env == "GAMEDAY_STORE"
    assert workspace.scenario_folders[0] == FORMAT / "drills"
    assert workspace.runbook_folders == (FORMAT / "runbooks",)
    assert workspace.schedules["payments"].announced is False
    (tmp_path / "gameday.yaml").write_text(
        "format: 1\nzone: UTC\nenvironments: {staging: {}}\nstore: postgresql://x/y\n"
    )
    small = scenarios.load_workspace(tmp_path)
    assert small.store == "postgresql://x/y"
    assert (small.defaults.probe.every, small.defaults.probe.timeout, small.defaults.room.quorum) == (5, 3, 0.8)
    assert (small.caps.faults_at_once, small.caps.duration) == (2, 1800)


def test_a_freeze_of_the_workspace_is_found_by_its_moment():
    workspace = scenarios.load_workspace(FORMAT)
    assert workspace.frozen(datetime(2026, 12, 24, tzinfo=UTC)).reason == "Christmas trade"
    assert workspace.frozen(datetime(2026, 11, 24, tzinfo=UTC)) is None


def test_the_nearest_workspace_above_is_found(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "gameday.yaml").touch()
    assert scenarios.find_workspace(inner) == tmp_path / "gameday.yaml"
    (tmp_path / "a" / "gameday.yaml").touch()
    assert scenarios.find_workspace(inner) == tmp_path / "a" / "gameday.yaml"


def test_what_is_left_of_a_broken_file_can_still_be_looked_at():
    text = (
        "scenario: drill\ntittle: t\nservice: S S\nlevel: nine\nprobes:\n  a: {probe: http}\n  b: {prob: http}\n"
        "  c: [x]\nsteady_state: [a, b]\nstop_unless: []\n"
        "faults:\n  f: {inject: noop, duration: 5s}\n  g: {inject: noop, duration: long}\n  H H: {inject: noop}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        read(text)
    rest = caught.value.rest
    assert set(rest.probes) == {"a"}
    assert set(rest.faults) == {"f"}
    assert (rest.title, rest.service) == (UNREADABLE, UNREADABLE)
    assert rest.names(("probes",)) == ("a", "b", "c")


@pytest.mark.parametrize("text", ["scenario: a\nprobes: [1]\nfaults: 2\n", "game_day: x\ntitle: t\n"])
def test_of_some_files_too_little_is_left(text):
    with pytest.raises(ScenarioError) as caught:
        read(text)
    assert caught.value.rest is None or caught.value.rest.id


def test_files_are_found_by_the_id_in_their_first_key(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "d.yaml").write_text("scenario: hidden\n")
    (tmp_path / "b.yaml").write_text("# a comment\n\n---\ngame_day: 'day-2'\n")
    (tmp_path / "deep" / "er" / "a.yml").write_text("scenario:   drill-1  # x\r\n")
    (tmp_path / "gameday.yaml").write_text("format: 1\n")
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    (tmp_path / "notes.txt").write_text("scenario: no\n")
    assert [path.name for path in files(tmp_path)] == ["b.yaml", "compose.yaml", "a.yml"]
    assert [(head.kind, head.id) for head in heads([tmp_path])] == [("game_day", "day-2"), ("scenario", "drill-1")]
    assert first_key(tmp_path / "none.yaml") is None


def test_problems_are_told_once_and_in_the_order_of_the_file():
    late, early = Problem("f", 9, 1, "b", "late"), Problem("f", 1, 1, "", "early")
    assert in_order([late, early, late]) == (early, late)
    assert str(early) == "f:1:1: early"
    assert dotted(("steady_state", 1)) == "steady_state[1]"
    assert dotted((0, "a")) == "[0].a"


def test_loading_a_scenario_and_its_workspace_takes_a_few_milliseconds():
    scenarios.load_workspace(FORMAT)
    scenarios.load(DRILL)
    best = 1.0
    for _ in range(20):
        begin = time.process_time()
        scenarios.load_workspace(FORMAT)
        scenarios.load(DRILL)
        best = min(best, time.process_time() - begin)
    assert best < 0.02
