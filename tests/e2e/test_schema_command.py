"""`gameday schema`: what editors check with accepts what `check` accepts, and marks the mistakes people make."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from workplace import Workplace

from scenarios.shelf import files

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "scenarios" / "library"
KINDS = {"scenario": "scenario", "game_day": "game_day"}


@pytest.fixture(scope="module")
def schemas(tmp_path_factory):
    place = Workplace(tmp_path_factory.mktemp("schema"))
    return {
        kind: json.loads(place.type_inside("schema", kind).stdout) for kind in ("scenario", "game_day", "workspace")
    }


def problems(schema, text):
    Draft202012Validator.check_schema(schema)
    return [
        f"{'/'.join(map(str, each.path))}: {each.message}" for each in Draft202012Validator(schema).iter_errors(text)
    ]


def plain(path):
    """As an editor reads it: durations and times are text there, as in ours."""
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader) if path is None else yaml.safe_load(path.read_text())


@pytest.mark.parametrize("path", [LIBRARY / "gameday.yaml", *files(LIBRARY)], ids=lambda path: path.name)
def test_the_schema_accepts_every_file_of_the_library(schemas, path):
    held = plain(path)
    kind = "workspace" if path.name == "gameday.yaml" else next(key for key in KINDS if key in held)

    assert problems(schemas[kind], held) == []


@pytest.mark.parametrize("name", ["scenario", "gameday"])
def test_the_schema_accepts_what_init_writes(schemas, tmp_path, name):
    place = Workplace(tmp_path)
    assert place.type_inside("init", "new").returncode == 0
    path = place.folder / "new" / ("gameday.yaml" if name == "gameday" else "drills/first-drill.yaml")

    assert problems(schemas["workspace" if name == "gameday" else "scenario"], plain(path)) == []


SLOW = {
    "scenario": "slow",
    "title": "Slow",
    "service": "checkout",
    "steady_state": [],
    "stop_unless": [],
    "faults": {"slow": {"inject": "toxiproxy.latency", "with": {"proxy": "x", "latency": "1s"}, "duration": "5m"}},
}


def changed(path, value):
    held = json.loads(json.dumps(SLOW))
    *above, last = path
    inner = held
    for key in above:
        inner = inner[key]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return held


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["faults", "slow", "inject"], "toxiproxy.latenzy"),
        (["faults", "slow", "with", "latency"], 800),
        (["faults", "slow", "with", "latency"], "800"),
        (["faults", "slow", "with", "latenzy"], "1s"),
        (["faults", "slow", "with", "latency"], None),
        (["faults", "slow", "duration"], None),
        (["faults", "slow", "duration"], 300),
        (["faults", "slow", "when"], "soon"),
        (["stop_unless"], None),
        (["service"], None),
        (["serviceX"], "x"),
        (["probes"], {"p": {"probe": "http", "good": {"statuz": 200}}}),
        (["probes"], {"p": {"probe": "htpp", "good": {"status": 200}}}),
        (["expect"], {"alert": {"name": "X"}}),
    ],
    ids=str,
)
def test_the_schema_marks_a_mistake_as_check_does(schemas, tmp_path, path, value):
    place = Workplace(tmp_path)
    place.workspace({"p": '{kind: toxiproxy, with: {url: "http://127.0.0.1:1"}}'})
    for name, held in (("good", SLOW), ("bad", changed(path, value))):
        text = yaml.safe_dump(held, sort_keys=False).replace("service: checkout", "service: orders")
        (place.folder / "scenarios" / f"{name}.yaml").write_text(text.replace("scenario: slow", f"scenario: {name}"))

    assert problems(schemas["scenario"], SLOW) == []
    assert problems(schemas["scenario"], changed(path, value))
    assert place.type_inside("check", "scenarios/good.yaml").returncode == 0
    assert place.type_inside("check", "scenarios/bad.yaml").returncode == 1
