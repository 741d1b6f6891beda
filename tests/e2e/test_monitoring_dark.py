"""The library's drill that stops the metrics exporter during another fault, on the demo's shop: missed, not unknown."""

import json
import os
import subprocess

import pytest
from workplace import GAMEDAY

from drills.demo.stage import close_stage, open_stage


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dark")
    stage = open_stage(folder)
    yield folder
    close_stage(stage)


def gameday(folder, *words):
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    return subprocess.run(
        [*GAMEDAY, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=110, check=False
    )


def test_an_alert_that_did_not_come_since_our_own_drill_stopped_the_exporter_is_missed_and_not_unknown(shop):
    ran = gameday(shop, "run", "drills/monitoring-goes-dark.yaml", "--no-person")
    assert ran.returncode == 1, ran.stdout + ran.stderr

    card = json.loads(gameday(shop, "score", "--json").stdout)
    rows = {row["measure"]: row for row in card["rows"] if not row["about"]}
    assert rows["alert_detection"]["verdict"] == "missed"
    assert rows["alert_detection"]["result"]["is"] == "missed"
    assert "CheckoutSlow did not come" in rows["alert_detection"]["result"]["why"]
    assert rows["recovery"]["verdict"] == "met", "the exporter and the payments are back"
    assert rows["faults_left"]["verdict"] == "met"
    log = gameday(shop, "log", "--json").stdout.splitlines()
    sources = [each["body"] for each in map(json.loads, log) if each["kind"] == "source"]
    assert [each["listening"] for each in sources] == [True], "the monitor itself was heard all the time"


def test_with_the_exporter_up_the_same_fault_is_detected(shop):
    ran = gameday(shop, "run", "drills/slow-dependency.yaml", "--no-person")

    card = json.loads(gameday(shop, "score", "--json").stdout)
    rows = {row["measure"]: row for row in card["rows"] if not row["about"]}
    assert rows["alert_detection"]["verdict"] == "met", ran.stdout + ran.stderr
    (promise,) = [row for row in card["rows"] if row["measure"] == "promise"]
    assert (promise["about"], promise["verdict"]) == ("payments (slow)", "met")
    shown = gameday(shop, "dependencies").stdout
    assert "  payments      slow            degrade         eu-pays-in-the-end  kept" in shown, shown
