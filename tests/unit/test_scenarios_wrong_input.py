"""Wrong input as a new user gives it: each mistake is one clear error at its place, and all come at once."""

import os
from pathlib import Path

import pytest

import scenarios
from scenarios import ScenarioError
from scenarios.limits import LIMITS

GOOD = """\
scenario: kill-worker
title: One of three workers dies
service: orders
answer: {state: degraded, cause: ["worker died"]}
vars: {wait: 10s}
probes:
  three: {probe: process.count, good: {equals: 3}}
steady_state: [three]
stop_unless: []
faults:
  kill-one:
    inject: process.kill
    when: ${wait}
  stop-one:
    inject: process.stop
    when: 0s after kill-one ends
    duration: 30s
messages:
  call: {when: 1m after stop-one, text: "Is it you?"}
expect:
  alert: {name: WorkerMissing, within: 2m}
"""


def load(text, **settings):
    return scenarios.read(text.encode(), Path("drill.yaml"), settings=settings)


def problems(text, **settings):
    with pytest.raises(ScenarioError) as caught:
        load(text, **settings)
    return str(caught.value).splitlines()


def with_line(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


def test_the_good_file_is_good():
    assert load(GOOD).id == "kill-worker"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        # a key spelled wrongly, or another tool's word for it
        ("steady_state:", "steady-state:", "8:1: steady-state: unknown key: did you mean `steady_state`?"),
        ("stop_unless:", "stopConditions:", "9:1: stopConditions: unknown key: write `stop_unless`"),
        ("faults:\n", "method:\n", "10:1: method: unknown key: write `faults`"),
        ("messages:\n", "rollbacks: []\nmessages:\n", "18:1: rollbacks: unknown key: leave it out: every fault is"),
        ("inject: process.kill", "uses: process.kill", "12:5: faults.kill-one.uses: unknown key: write `inject`"),
        ("good: {equals: 3}", "tolerance: 3", "7:33: probes.three.tolerance: unknown key: write `good`"),
        ("duration: 30s", "duration: 30s\n    mode: one", "18:5: faults.stop-one.mode: unknown key: write `select`"),
        ("title:", "tittle:", "2:1: tittle: unknown key: did you mean `title`?"),
        ("within: 2m", "wihtin: 2m", "21:32: expect.alert.wihtin: unknown key: did you mean `within`?"),
        ("within: 2m", "within: 2m, colour: red", "colour: unknown key: known here: labels, name, names, says, within"),
        # a required key left out
        ("stop_unless: []\n", "", "1:1: stop_unless is missing: list the probes that stop the drill"),
        ("steady_state: [three]\n", "", "1:1: steady_state is missing: list the probes that must be good before"),
        ("title: One of three workers dies\n", "", "1:1: title is missing: write one line"),
        (", within: 2m", "", "21:3: expect.alert: within is missing: write a limit, such as `within: 2m`"),
        # a value of the wrong type
        ("title: One of three workers dies", "title: 42", '2:8: title: text belongs here: write "42" in quotes'),
        ("title: One of three workers dies", "title: [a]", "2:8: title: text belongs here, not a list"),
        ("title: One of three workers dies", "title:", "2:7: title: text is missing here"),
        ("title: One of three workers dies", "title: ' '", "2:8: title: one line of text"),
        ('text: "Is it you?"', "text: ''", "messages.call.text: "),
        ("steady_state: [three]", "steady_state: three", "8:15: steady_state: a list belongs here: write [three]"),
        ("service: orders", "service: orders\nlevel: '2'", "4:8: level: a whole number belongs here, not '2'"),
        ("service: orders", "service: orders\nlevel: 4", "4:8: level: input should be less than or equal to 3"),
        ("good: {equals: 3}", "good: {equals: 3}, writes: yes", "writes: write true or false"),
        (
            'answer: {state: degraded, cause: ["worker died"]}',
            "answer: [x]",
            "answer: a map of keys belongs here, not a list",
        ),
        ("expect:\n", "expect: soon\nx:\n", "20:9: expect: a map of keys belongs here"),
        # ids, durations, moments, selections
        ("service: orders", "service: Orders DB", "3:10: service: 'Orders DB' is no id"),
        ("service: orders", "service: Orders DB", "write `orders-db`"),
        ("  kill-one:", "  Kill One:", "11:3: faults.Kill One: 'Kill One' is no id"),
        ("scenario: kill-worker", "scenario: '--'", "1:11: scenario: an id is made of lower case letters"),
        ("duration: 30s", "duration: 30", "17:15: faults.stop-one.duration: 30 has no unit: write `30s`"),
        ("duration: 30s", "duration: 5 min", "'5 min' is no duration: write 300ms, 30s, 5m"),
        ("duration: 30s", "duration: 0s", "write a duration above 0s"),
        ("when: ${wait}", "when: soon", "13:11: faults.kill-one.when: 'soon' is no moment"),
        ("when: ${wait}", "when: 10s\n    select: some", "'some' selects nothing: write a count"),
        # names that point nowhere
        (
            "after kill-one ends",
            "after kill-on ends",
            "16:11: faults.stop-one.when: there is no fault 'kill-on': did you",
        ),
        (
            "1m after stop-one",
            "1m after stop",
            "there is no fault or message 'stop': there are: call, kill-one, stop-one",
        ),
        ("1m after stop-one", "1m after call", "this waits for itself (call after call)"),
        (
            "when: ${wait}",
            "when: 1s after stop-one",
            "faults.kill-one.when: this waits for itself (kill-one after stop-one",
        ),
        ("messages:\n  call:", "messages:\n  kill-one:", "19:3: messages.kill-one: a fault has this id already"),
        (
            'text: "Is it you?"}',
            "text: x}\n  again: {when: 0s after call ends, text: y}",
            "messages.again.when: a message does not end: write `0s after call`",
        ),
        # variables
        ("${wait}", "${wiat}", "13:11: faults.kill-one.when: there is no variable 'wiat': did you mean `wait`?"),
        ("${wait}", "${WAIT}s", "write a variable as ${name}, or $${"),
        ("vars: {wait: 10s}\n", "", "there are no variables here: write them under `vars:`"),
        ("vars: {wait: 10s}", "vars: {wait: 10s, list: [a]}", "5:25: vars.list: "),
        ("vars: {wait: 10s}", "vars: [a]", "5:7: vars: a map of keys belongs here, not a list"),
        (
            "after kill-one ends\n    duration: 30s",
            "0s\n    with: {a: ${wait}}",
            "inside {braces} a variable is put in quotes",
        ),
        # faults or a tabletop
        (
            "messages:\n",
            "tabletop: {situation: x, ask: [y], within: 5m}\nmessages:\n",
            "either `faults` or a `tabletop`",
        ),
        # the answer's fixed words
        ("state: degraded", "state: slwo", "4:17: answer: this is not known here: write one of down, degraded, slow"),
        # the first key
        (
            "scenario: kill-worker\ntitle:",
            "title:",
            "1:1: title: the file begins with `scenario: ID` or `game_day: ID`",
        ),
        ("scenario: kill-worker", "scenaro: kill-worker", "1:1: scenaro: unknown key: did you mean `scenario`?"),
        (
            "scenario: kill-worker\ntitle: One of three workers dies",
            "title: One of three workers dies\nscenario: kill-worker",
            "2:1: scenario: the first key says what a file is: move `scenario` to the top",
        ),
    ],
)
def test_a_mistake_is_told_at_its_place_with_what_to_write(old, new, problem):
    found = problems(with_line(old, new))
    assert any(problem in each for each in found), found
    assert all(each.startswith("drill.yaml:") for each in found)


def test_a_mistake_alone_is_one_error():
    for old, new in (("title:", "tittle:"), ("duration: 30s", "duration: 30"), ("within: 2m", "wihtin: 2m")):
        found = problems(with_line(old, new))
        missing = [each for each in found if "is missing" in each]
        assert len(found) - len(missing) == 1


def test_all_mistakes_come_at_once_in_the_order_of_the_file():
    text = GOOD
    for old, new in (
        ("title:", "tittle:"),
        ("vars: {wait: 10s}", "vars: {wait: 10s, wait: 5s}"),
        ("good: {equals: 3}", "tolerance: 3"),
        ("${wait}", "${wiat}"),
        ("after kill-one ends", "after kill-on ends"),
        ("duration: 30s", "duration: 30"),
        ('text: "Is it you?"', "text: 5"),
        ("within: 2m", "within: soon"),
    ):
        text = text.replace(old, new)
    found = problems(text)
    assert len(found) == 10  # title is missing too, and what stands for the moment is none
    lines = [int(each.split(":")[1]) for each in found]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: the file is empty"),
        ("- a\n- b\n", "1:1: a list stands at the top: the file begins with `scenario: ID`"),
        ("just text\n", "1:1: text stands at the top"),
        ("{}\n", "1:1: nothing stands at the top"),
        ("~\n", "1:1: nothing stands at the top"),
        ("scenario: a\n\ttitle: b\n", "2:1: a tab stands here: use spaces"),
        ("format: 1\nzone: UTC\n", "1:1: format: this is a workspace: name it gameday.yaml"),
        ("scenario: a\ntitle: b\nservice: c\n", "1:1: there is nothing to do: write `faults:`"),
        (
            "scenario: a\ntitle: b\nservice: c\nsteady_state: []\nstop_unless: []\nfaults: {}\n",
            "there is no fault in it",
        ),
    ],
)
def test_a_file_that_is_no_scenario_says_what_it_should_be(text, problem):
    found = problems(text)
    assert any(each.startswith(f"drill.yaml:{problem}") or problem in each for each in found), found


def test_a_setting_that_the_file_does_not_know_is_an_error():
    assert problems(GOOD, wiat="5s") == [
        "drill.yaml:5:1: vars: there is no variable 'wiat' to set: did you mean `wait`?"
    ]


def test_a_setting_that_no_file_can_hold_is_an_error():
    text = GOOD.replace("vars: {wait: 10s}", "vars: {wait: 10s, n: 1}")
    assert problems(text, n=".inf") == ["drill.yaml:5:1: vars: what is set cannot be used: this is not a finite number"]


def test_a_game_day_takes_no_settings():
    text = "game_day: day\ntitle: t\nparts: {a: {scenario: b, when: 0s}}\n"
    assert "a game day has no variables of its own" in problems(text, wait="5s")[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title: t\nparts: {}", "parts"),
        ("title: t", "parts is missing"),
        ("title: t\nparts: {a: {when: 0s}}", "parts.a: a part is either `scenario: ID` or `tabletop: {...}`"),
        ("title: t\nparts: {a: {scenario: b}}", "parts.a: when is missing: write a moment"),
        (
            "title: t\nparts: {a: {when: 0s, set: {x: 1}, tabletop: {situation: s, ask: [q], within: 5m}}}",
            "a tabletop has no variables",
        ),
        ("title: t\nparts: {a: {scenario: b, when: 0s after c ends}}", "there is no part 'c': there are: a"),
        ('title: t\nparts: {a: {scenario: b, when: "${x}"}}', "3:32: parts.a.when: there are no variables here"),
        (
            "title: t\nparts: {a: {scenario: b, when: 0s}}\nroom: {roles: {commander: li}, deputies: {comander: li}}",
            "room.deputies.comander: there is no role 'comander': did you mean",
        ),
        (
            "title: t\nparts: {a: {scenario: b, when: 0s}}\nroom: {roles: {scribe: li}}\n"
            "messages: {m: {when: 0s, to: [scribes], text: hi}}",
            "messages.m.to[0]: there is no role 'scribes': did you mean `scribe`?",
        ),
    ],
)
def test_a_wrong_game_day_is_told_at_its_place(text, problem):
    found = problems(f"game_day: day\n{text}\n")
    assert any(problem in each for each in found), found


def test_nothing_of_the_answer_is_in_any_error():
    text = GOOD.replace(
        'answer: {state: degraded, cause: ["worker died"]}',
        "answer:\n"
        "  journey: 7\n"
        "  state: canary-state\n"
        "  canary-key: canary-value\n"
        "  harmed: [Canary Cohort]\n"
        "  cause: canary-cause\n"
        '  next_decision: "${canary}"\n'
        "  data_risk: [canary-risk]\n"
        "  unsafe_actions: [{canary-inner: canary-text}]\n",
    )
    found = problems(text)
    assert len(found) == 9
    assert "canary" not in "\n".join(found).lower()


def test_a_representation_of_a_scenario_does_not_show_the_answer():
    assert "worker died" not in repr(load(GOOD))


def test_a_message_quotes_no_more_than_a_line_of_what_was_written():
    found = problems(with_line("duration: 30s", f"duration: {'x' * 5000}"))
    assert len(found[0]) < 300


def test_many_problems_are_cut_and_counted():
    text = GOOD + "".join(f"k{number}: 1\n" for number in range(LIMITS.problems + 10))
    found = problems(text)
    assert len(found) == LIMITS.problems + 1
    assert found[-1] == "... and 10 more"


def test_a_file_that_is_too_long_is_refused_without_being_read(tmp_path):
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(ScenarioError, match="52428800 bytes long; the most is 2097152"):
        scenarios.load(huge)


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(ScenarioError, match=r"no-such\.yaml:1:1: there is no such file: check the path"):
        scenarios.load(tmp_path / "no-such.yaml")


def test_a_folder_is_no_scenario(tmp_path):
    with pytest.raises(ScenarioError, match="this is a folder: name a file in it"):
        scenarios.load(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(ScenarioError, match="no ordinary file"):
        scenarios.load(tmp_path / "pipe.yaml")


def test_a_path_that_cannot_be_a_path_is_an_error():
    with pytest.raises(ScenarioError, match="cannot be read"):
        scenarios.load("a\0b")


def test_a_file_that_may_not_be_read_is_said_to_be_so(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        scenarios.load(tmp_path / ("x" * 300))


@pytest.mark.parametrize("text", ["format: 1", "zone: Mars/Olympus", "environments: {}", "environments: {staging: {}}"])
def test_a_workspace_that_says_too_little_is_refused(tmp_path, text):
    (tmp_path / "gameday.yaml").write_text(text)
    with pytest.raises(ScenarioError, match="is missing: write"):
        scenarios.load_workspace(tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("zone: CET+1", "'CET+1' is no time zone"),
        ("default_environment: prod", "there is no environment 'prod'"),
        ("services: {a: {depends_on: [b]}}", "services.a.depends_on[0]: there is no service 'b'"),
        ("services: {a: {owner: x}}\nteams: {y: {}}", "services.a.owner: there is no team 'x'"),
        ("services: {a: {}}\ndependencies: {b: {slow: {then: stop}}}", "dependencies.b: there is no service 'b'"),
        ("dependencies: {b: {slow: {then: stop, probe: p}}}", "dependencies.b.slow.probe: there is no probe 'p'"),
        (
            "dependencies: {b: {slow: {then: stpo}}}",
            "'stpo' is not known here: write one of degrade, stop, review; did you",
        ),
        ("schedules: {s: {scenario: x, cron: '0 1 * * 2'}}", "write it by name, such as Tue"),
        ("schedules: {s: {scenario: x, cron: '0 1 * * Tue', environment: prod}}", "there is no environment 'prod'"),
        ("schedules: {s: {cron: '0 1 * * Tue'}}", "write either `scenario: ID` or `scenarios"),
        (
            "schedules: {s: {scenarios: [x], cron: '0 1 * * Tue'}}",
            "`scenarios` and `pick: least-recent` belong together",
        ),
        ("schedules: {s: {scenario: x}}", "write either `cron:"),
        ("store: {env: A, file: B}", "exactly one of {env: NAME} and {file: PATH}"),
        ("store: 5", "store: "),
        ("teams: {t: {notify: [https://hooks.example/secret]}}", "a map of keys belongs here"),
        ("caps: {faults_at_once: 0}", "caps.faults_at_once: input should be greater than or equal to 1"),
        (
            "probes: {p: {probe: http, good: {status: '${OK}'}}}",
            "there are no variables here: a secret is written {env: NAME}",
        ),
        ("freezes: [{from: 1.1.2026, until: 2026-01-02, reason: x}]", "'1.1.2026' is no date"),
        ("scenario: x", "this is not a workspace: `scenario` stands in a file of its own"),
    ],
)
def test_a_wrong_workspace_is_told_at_its_place(tmp_path, text, problem):
    head = "" if "zone" in text else "zone: UTC\n"
    (tmp_path / "gameday.yaml").write_text(f"format: 1\n{head}environments: {{staging: {{}}}}\n{text}\n")
    with pytest.raises(ScenarioError) as caught:
        scenarios.load_workspace(tmp_path / "gameday.yaml")
    assert problem in str(caught.value)


def test_without_a_workspace_the_command_that_writes_one_is_named(tmp_path):
    with pytest.raises(ScenarioError, match=r"there is no gameday\.yaml here or in a folder above: `gameday init`"):
        scenarios.find_workspace(tmp_path)


def test_an_error_without_problems_still_says_something():
    assert str(ScenarioError([])) == "A scenario, a game day or a workspace file has problems."
