"""Drills on the real control plane, typed as a person would: the page's own scenario, and a drill that is killed."""

import json
import os
import re
import signal
from collections.abc import Iterator

import pytest
from kubernetes_server import running
from kubernetes_worlds import Scaling, Shop
from servers import ROOT, wait_until
from workplace import Workplace, said

pytestmark = pytest.mark.timeout(300)
PAGE = (ROOT / "docs" / "targets" / "kubernetes.md").read_text()


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with running() as (plane, between):
        yield Shop(plane, between)


@pytest.fixture
def here(tmp_path, shop) -> Iterator[Workplace]:
    with Workplace(tmp_path) as place:
        held = {"kind": "kubernetes", "with": {**shop.target, "timeout": "5s"}}
        place.workspace({"cluster": json.dumps(held)})
        yield place


def names(shop, namespace):
    return {each["metadata"]["name"] for each in shop.plane.items("Pod", namespace)}


def test_the_scenario_of_the_page_runs_and_shows_its_pods_before(shop, here):
    shop.plane.namespace("shop", {"gameday.consent": "staging"})
    shop.plane.allow(["shop"])
    shop.plane.deployment("shop", "order-worker", 3)
    before = names(shop, "shop")
    (scenario,) = re.findall(r"^```yaml\n(scenario:.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    file = here.folder / "scenarios" / "kill-worker.yaml"
    file.write_text(scenario)

    planned = here.type("plan", file)
    assert planned.returncode == 0, said(planned)
    chosen = f"shop/{min(before)}"
    assert chosen in planned.stdout.replace("\n", ""), said(planned)

    ran = here.type("run", file)
    assert ran.returncode == 0, said(ran)
    after = names(shop, "shop")
    assert before - after == {min(before)}
    assert shop.plane.ready("shop", "order-worker") == 3
    assert here.left_on() == []
    token = shop.token
    for file in here.folder.rglob("*"):
        assert not file.is_file() or token.encode() not in file.read_bytes(), file


def scaled_down(shop, here):
    """A drill that has scaled a deployment to nothing."""
    world = Scaling(shop)
    world.reset()
    before = world.state()
    fault = f"{{inject: kubernetes.scale_deployment, with: {json.dumps(world.parameters())}, duration: 5m}}"
    process = here.start("run", here.drill("one", {"down": fault}))
    here.until_on("down")
    assert world.look()["spec"]["replicas"] == 0
    return world, before, process


def test_a_drill_that_is_killed_leaves_nothing_behind(shop, here):
    world, before, process = scaled_down(shop, here)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    wait_until(lambda: world.state() == before, "the guards have put it back", 30)
    wait_until(lambda: not here.guards(), "the guards have ended", 60)
    assert here.left_on() == []


def test_after_a_power_cut_revert_mends_it_from_the_undo_log_alone(shop, here):
    world, before, process = scaled_down(shop, here)
    here.kill_with_its_guards(process)
    assert world.state() != before
    reverted = here.type("revert", "--all")
    assert reverted.returncode == 0, said(reverted)
    assert world.state() == before


def test_another_machine_finds_what_is_ours_and_puts_it_back(shop, here, tmp_path_factory):
    world, before, process = scaled_down(shop, here)
    here.kill_with_its_guards(process)
    with Workplace(tmp_path_factory.mktemp("other")) as other:
        (other.folder / "gameday.yaml").write_text((here.folder / "gameday.yaml").read_text())
        swept = other.type("sweep")
        assert swept.returncode == 3, said(swept)
        assert world.name in swept.stdout, said(swept)
        mended = other.type("sweep", "--revert")
        assert world.state() == before, said(mended)
    here.type("revert", "--all")
