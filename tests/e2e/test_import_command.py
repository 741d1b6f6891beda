"""`gameday import chaostoolkit`: an experiment becomes a scenario that runs, and nothing is lost in silence."""

import json

import extension
import pytest
import yaml
from workplace import Workplace, said

CANARY = "canary-c41b77"
FUNCTIONS = "chaosshop.pools"


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    return extension.environment(tmp_path_factory.mktemp("chaos"))


@pytest.fixture
def here(tmp_path, python, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with Workplace(tmp_path) as place:
        consent = f"consent: [{FUNCTIONS}.close_pool]"
        place.workspace({"chaos": f"{{kind: chaostoolkit, with: {{python: {python}}}, {consent}}}"})
        (tmp_path / "pool").write_text("open")
        yield place


def python_call(func, **arguments):
    return {"type": "python", "module": FUNCTIONS, "func": func, "arguments": arguments}


def experiment(pool, **changed):
    return {
        "version": "1.0.0",
        "title": "What if the pool is closed?",
        "description": "We believe\nthat nobody notices.",
        "configuration": {"pool": str(pool)},
        "steady-state-hypothesis": {
            "title": "All is well",
            "probes": [
                {
                    "type": "probe",
                    "name": "Pool size",
                    "tolerance": {"type": "range", "range": [1, 5]},
                    "provider": python_call("size", of=3),
                }
            ],
        },
        "method": [
            {
                "type": "action",
                "name": "Close the pool",
                "provider": python_call("close_pool", path="${pool}"),
                "pauses": {"after": 1},
            }
        ],
        "rollbacks": [{"type": "action", "name": "open it", "provider": python_call("open_pool", path="${pool}")}],
        **changed,
    }


def write(here, told, name="experiment.json"):
    path = here.folder / name
    path.write_text(json.dumps(told) if name.endswith(".json") else yaml.safe_dump(told))
    return path


def test_an_experiment_becomes_a_scenario_that_checks_and_runs_and_is_taken_back(here):
    pool = here.folder / "pool"
    out = here.folder / "scenarios" / "experiment.yaml"
    made = here.type_inside("import", "chaostoolkit", write(here, experiment(pool)), "-o", out, "--service", "orders")
    assert (made.returncode, made.stderr) == (0, ""), said(made)
    scenario = yaml.safe_load(out.read_text())
    assert scenario["probes"]["pool-size"]["good"] == {"at_least": 1, "at_most": 5}
    assert scenario["steady_state"] == ["pool-size"]
    fault = scenario["faults"]["close-the-pool"]
    assert (fault["when"], fault["duration"]) == ("0s", "31s")
    assert fault["with"]["arguments"] == {"path": str(pool)}
    assert fault["with"]["revert"] == [{"module": FUNCTIONS, "func": "open_pool", "arguments": {"path": str(pool)}}]
    assert "# that nobody notices." in out.read_text().splitlines()
    checked = here.type_inside("check", out)
    assert checked.returncode == 0, said(checked)
    out.write_text(out.read_text().replace("duration: 31s", "duration: 1s"))
    run = here.type("run", out)
    assert run.returncode == 0, said(run)
    assert pool.read_text() == "open"
    assert '"active"' in here.type("log", "--json").stdout


def test_what_cannot_be_carried_over_is_told_in_the_file_and_beside_it(here):
    told = experiment(
        here.folder / "pool",
        controls=[{"name": "tracing"}],
        secrets={"shop": {"KEY": {"type": "env", "key": "SHOP_KEY"}, "OLD": CANARY}},
    )
    told["configuration"] |= {"api_key": CANARY, "region": {"type": "env", "key": "REGION"}}
    http = {"type": "http", "url": "http://shop.test/"}
    told["steady-state-hypothesis"]["probes"] += [
        {"type": "probe", "name": "answers", "tolerance": 200, "provider": http},
        {"type": "probe", "name": "odd", "tolerance": {"type": "regex"}, "provider": python_call("size")},
        {"ref": "Pool size"},
    ]
    told["method"] += [
        {"type": "probe", "name": "look", "provider": python_call("size")},
    ]
    path = write(here, told, "experiment.yaml")
    made = here.type_inside("import", "chaostoolkit", path, "--service", "orders")
    strict = here.type_inside("import", "chaostoolkit", path, "--strict")
    lines = made.stderr.splitlines()
    assert (made.returncode, strict.returncode) == (0, 1), said(made)
    for word in ("controls", "'answers'", "'odd'", "refers to another", "'look'", "shop.OLD", "'api_key'"):
        assert sum(word in line for line in lines) == 1, (word, lines)
    assert len(lines) == 7
    for line in lines:
        assert f"# - {line.removeprefix('not carried over: ')}" in made.stdout.splitlines()
    assert CANARY not in made.stdout + made.stderr
    head = [line.removeprefix("#   ") for line in made.stdout.splitlines() if line.startswith("#   ")]
    target = yaml.safe_load("\n".join(head))["chaos"]
    assert target["with"]["secrets"] == {"shop": {"KEY": {"env": "SHOP_KEY"}}}
    assert target["with"]["configuration"] == {"pool": str(here.folder / "pool"), "region": {"env": "REGION"}}
    assert target["consent"] == [f"{FUNCTIONS}.close_pool"]
    (here.folder / "scenarios" / "experiment.yaml").write_text(made.stdout)
    assert here.type_inside("check").returncode == 0


@pytest.mark.parametrize(
    ("changed", "said_so"),
    [
        ({"rollbacks": []}, "no rollback is its way back: name it under `revert:`"),
        ({"rollbacks": [{"type": "action", "name": "x", "provider": {"type": "process"}}]}, "its provider is process"),
        ({"method": []}, "its method is empty"),
        ({"method": {}}, "it is no experiment"),
        ({"method": [7]}, "a list of at most 1000 activities is expected"),
        ({"configuration": {}}, "needs ${pool}, which is no plain value of the configuration"),
    ],
)
def test_an_action_without_a_way_back_is_no_drill(here, changed, said_so):
    path = write(here, experiment(here.folder / "pool", **changed))
    made = here.type_inside("import", "chaostoolkit", path)
    assert (made.returncode, made.stdout) == (2, ""), said(made)
    assert said_so in made.stderr
    assert len(made.stderr.splitlines()) == 1


def test_two_actions_and_two_rollbacks_are_paired_in_their_order_and_it_is_said(here):
    pool = here.folder / "pool"
    told = experiment(pool)
    told["method"] = told["method"] * 2
    told["rollbacks"] = told["rollbacks"] * 2
    made = here.type_inside("import", "chaostoolkit", write(here, told))
    faults = yaml.safe_load(made.stdout)["faults"]
    assert {name: each["when"] for name, each in faults.items()} == {"close-the-pool": "0s", "close-the-pool-2": "1s"}
    assert "paired in their order" in made.stderr


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{", b"- a", b"[" * 10_000, b"x" * 1_100_000])
def test_what_is_no_experiment_is_one_error(here, content):
    path = here.folder / "odd.json"
    path.write_bytes(content)
    made = here.type_inside("import", "chaostoolkit", path)
    assert made.returncode == 2, said(made)
    assert len(made.stderr.splitlines()) == 1
