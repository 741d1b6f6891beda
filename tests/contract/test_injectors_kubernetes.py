"""Every fault of Kubernetes keeps the contract, on the real control plane, under exactly the account that we ship."""

import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from kubernetes_server import COLLECTIONS, encoded, running, settings
from kubernetes_worlds import TAG, WORLDS, Denying, Killing, Scaling, Shop, Suspending
from servers import wait_until

from injectors import registry
from injectors.contract import Drifted, InjectorError, Refused, State, Unreachable
from injectors.kubernetes import sweep
from injectors.testing import STEPS, check_injector

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with running() as (plane, between):
        yield Shop(plane, between)


@pytest.mark.parametrize("kind", WORLDS, ids=lambda each: each.fault)
def test_every_fault_keeps_the_contract(shop, kind):
    world = kind(shop)
    report = check_injector(registry.make, world)
    assert report.cannot == world.cannot
    assert {*report.passed, *report.cannot} == set(STEPS)


# --- rights and refusals


def refused(world, **changed):
    with pytest.raises(Refused) as said:
        registry.make(replace(world.reset(), **changed)).prepare()
    return str(said.value)


@pytest.mark.parametrize("kind", WORLDS, ids=lambda each: each.fault)
def test_every_missing_right_is_refused_by_its_name_before_anything_is_changed(shop, kind):
    """One right after the other is taken away; those of nodes are not there at all for what needs none."""
    world = kind(shop)
    injector = registry.make(world.reset())
    of_nodes = kind.kind == "Node"
    path = f"{COLLECTIONS['ClusterRole']}/gameday-{'nodes' if of_nodes else 'namespace'}"
    space = "" if of_nodes else world.space
    whole, named = shop.plane.get(path)["rules"], set()
    with without_rights_on_nodes(shop, None if of_nodes else space):
        for verb, resource, rules in without_one(whole):
            shop.plane.edit(path, {"rules": rules})
            wait_until(lambda: not shop.may(verb, resource, space), f"no right to {verb} {resource}", 20)  # noqa: B023
            made, said = world.writes(), refusal(injector)
            assert world.writes() == made
            if said:
                assert f"{verb} " in said, (verb, resource, said)
                assert resource.split(".")[0] in said, (verb, resource, said)
                named.add((verb, resource))
            shop.plane.edit(path, {"rules": whole})
            wait_until(lambda: shop.may(verb, resource, space), f"a right to {verb} {resource}", 20)  # noqa: B023
    assert named == NEEDED[kind.fault]


def refusal(injector):
    try:
        injector.prepare()
    except Refused as wrong:
        return str(wrong).replace('"', "")
    return ""


@contextlib.contextmanager
def without_rights_on_nodes(shop, space):
    path = f"{COLLECTIONS['ClusterRoleBinding']}/gameday-nodes"
    held = shop.plane.get(path)
    kept = {each: held[each] for each in ("kind", "roleRef", "subjects")}
    if space:
        shop.plane.delete(path)
        wait_until(lambda: not shop.may("list", "nodes", ""), "no rights on nodes", 20)
    try:
        yield
    finally:
        if space:
            shop.plane.create({**kept, "metadata": {"name": "gameday-nodes"}})
            wait_until(lambda: shop.may("list", "nodes", ""), "the rights on nodes", 20)


def without_one(rules):
    for number, rule in enumerate(rules):
        for resource in rule["resources"]:
            for verb in rule["verbs"]:
                rest = [*rules[:number], *rules[number + 1 :]]
                kept = [{**rule, "resources": [each for each in rule["resources"] if each != resource]}]
                kept += [{**rule, "resources": [resource], "verbs": [each for each in rule["verbs"] if each != verb]}]
                kept = [each for each in kept if each["resources"] and each["verbs"]]
                group = rule["apiGroups"][0]
                yield verb, f"{resource}.{group}" if group else resource, [*rest, *kept]


NEEDED = {
    "kill_pod": {
        ("get", "pods"),
        ("list", "pods"),
        ("create", "pods/eviction"),
        ("get", "replicasets.apps"),
        ("get", "deployments.apps"),
    },
    "scale_deployment": {
        ("get", "deployments.apps"),
        ("patch", "deployments.apps"),
        ("list", "horizontalpodautoscalers.autoscaling"),
    },
    "cordon_node": {("get", "nodes"), ("patch", "nodes")},
    "drain_node": {
        ("get", "nodes"),
        ("patch", "nodes"),
        ("list", "pods"),
        ("get", "pods"),
        ("create", "pods/eviction"),
        ("get", "replicasets.apps"),
    },
    "deny_traffic": {
        *((verb, "networkpolicies.networking.k8s.io") for verb in ("get", "list", "create", "delete")),
        ("list", "pods"),
    },
    "suspend_cronjob": {("get", "cronjobs.batch"), ("patch", "cronjobs.batch")},
    "expire_tls_secret": {("get", "secrets"), ("patch", "secrets")},
}


def test_a_budget_is_respected_unless_told_otherwise(shop):
    world = Killing(shop)
    change = world.reset()
    spec = {"minAvailable": 2, "selector": {"matchLabels": {"app": world.name}}}
    body = {"kind": "PodDisruptionBudget", "metadata": {"name": world.name}, "spec": spec}
    shop.plane.create(body, world.space)
    budget = f"{COLLECTIONS['PodDisruptionBudget'].format(world.space)}/{world.name}"
    wait_until(lambda: shop.plane.get(budget).get("status", {}).get("expectedPods") == 2, "the budget counts", 30)
    before = world.pods()
    injector = registry.make(change)
    undo = injector.prepare()
    with pytest.raises(Refused, match=r"disruption budget.*ignore_budgets: true"):
        injector.inject(undo)
    assert world.pods() == before
    free = registry.make(replace(change, parameters={**change.parameters, "ignore_budgets": True}))
    free.inject(free.prepare())
    wait_until(lambda: world.pods() != before and shop.plane.ready(world.space, world.name) == 2, "a new pod", 30)


def test_a_pod_that_nobody_keeps_up_is_refused(shop):
    pod = {"containers": [{"name": "it", "image": "none"}]}
    shop.plane.create({"kind": "Pod", "metadata": {"name": "alone", "labels": {"a": "b"}}, "spec": pod}, shop.yes)
    wait_until(
        lambda: shop.plane.get(f"/api/v1/namespaces/{shop.yes}/pods/alone")["status"]["phase"] == "Running", "it"
    )
    assert "would stay away (nobody keeps it)" in refused(Killing(shop), subject=f"{shop.yes}/alone")


def test_an_autoscaler_and_a_policy_that_allows_are_refused(shop):
    world = Scaling(shop)
    change = world.reset()
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": world.name}
    spec = {"maxReplicas": 5, "scaleTargetRef": target}
    shop.plane.create({"kind": "HorizontalPodAutoscaler", "metadata": {"name": "auto"}, "spec": spec}, world.space)
    with pytest.raises(Refused, match="the autoscaler auto would scale"):
        registry.make(replace(change, parameters={**change.parameters, "to": 1})).prepare()
    registry.make(change).prepare()

    denying = Denying(shop)
    change = denying.reset()
    spec = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]}
    shop.plane.create({"kind": "NetworkPolicy", "metadata": {"name": "open"}, "spec": spec}, denying.space)
    with pytest.raises(Refused, match="open allows traffic of app=web"):
        registry.make(change).prepare()
    registry.make(replace(change, parameters={**change.parameters, "direction": "egress"})).prepare()


@pytest.mark.parametrize("kind", WORLDS, ids=lambda each: each.fault)
def test_subjects_are_what_the_labels_match_and_nothing_is_refused(shop, kind):
    world = kind(shop)
    change = world.reset()
    found = registry.kind(change.kind).subjects(change.target, change.parameters)
    assert change.subject in found
    nobody = {"secret": "nobody"} if "secret" in change.parameters else {"labels": {"app": "nobody"}}
    with pytest.raises(Refused, match="nobody"):
        registry.kind(change.kind).subjects(change.target, {**change.parameters, **nobody})


# --- what the API says when it does not say yes


@pytest.mark.parametrize(
    ("status", "wrong", "said"),
    [
        (401, Refused, "its token has expired"),
        (403, Refused, "rbac.yaml"),
        (409, Unreachable, "409"),
        (410, Unreachable, "410"),
        (422, Unreachable, "422"),
        (429, Unreachable, "429"),
        (500, Unreachable, "500"),
        (503, Unreachable, "503"),
        (418, InjectorError, "418"),
    ],
)
def test_each_no_of_the_api_is_told_as_what_it_is_and_a_later_revert_works(shop, status, wrong, said):
    world = Suspending(shop)
    injector = registry.make(world.reset())
    before = world.state()
    undo = injector.prepare()
    injector.inject(undo)
    shop.between.fails = lambda method, _path: status if method == "PATCH" else None
    try:
        with pytest.raises(wrong, match=said):
            injector.revert(undo)
    finally:
        shop.between.fails = lambda _method, _path: None
    assert injector.inspect(undo) is State.ACTIVE
    injector.revert(undo)
    assert world.state() == before


def test_an_account_that_is_not_known_is_refused_and_its_token_is_in_no_message(shop):
    unknown = settings(shop.plane, shop.between.url, "hunter2-canary", "unknown")
    injector = registry.make(replace(Suspending(shop).reset(), target=unknown))
    with pytest.raises(Refused, match="renew it") as wrong:
        injector.prepare()
    assert "hunter2" not in str(wrong.value)


def test_a_server_that_hangs_is_unreachable_within_the_limit(shop):
    world = Suspending(shop)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        target = settings(shop.plane, f"http://127.0.0.1:{mute.getsockname()[1]}", "none", "mute")
        injector = registry.make(replace(world.reset(), target={**target, "timeout": 0.3}))
        began = time.monotonic()
        with pytest.raises(Unreachable, match=r"did not answer within 0.3 s"):
            injector.prepare()
        assert time.monotonic() - began < 5


def test_what_somebody_changes_between_the_look_and_the_write_is_never_overwritten(shop):
    world = Scaling(shop)
    injector = registry.make(world.reset())
    undo = injector.prepare()
    injector.inject(undo)
    meddled = []

    def meddle(method, _path):
        if method == "PATCH" and not meddled:
            meddled.append(True)
            world.drift()

    shop.between.fails = meddle
    try:
        with pytest.raises(Unreachable, match="422"):
            injector.revert(undo)
    finally:
        shop.between.fails = lambda _method, _path: None
    assert world.look()["spec"]["replicas"] == 1
    with pytest.raises(Drifted, match=r"spec\.replicas 1, it was 2"):
        injector.revert(undo)


def test_an_inline_key_of_a_kubeconfig_signs_in_and_is_written_nowhere(shop, tmp_path, monkeypatch):
    plane = shop.plane
    user = {
        "client-certificate-data": encoded(plane.certificate.read_bytes()),
        "client-key-data": encoded(plane.key.read_bytes()),
    }
    held = yaml.safe_load(plane.config(plane.url, user))
    cluster = held["clusters"][0]["cluster"]
    cluster["certificate-authority-data"] = encoded(Path(cluster.pop("certificate-authority")).read_bytes())
    (tmp_path / "config").write_text(yaml.safe_dump(held))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    change = replace(Suspending(shop).reset(), target={"kubeconfig": str(tmp_path / "config")})
    registry.make(change).prepare()
    assert [each.name for each in tmp_path.iterdir()] == ["config"]


# --- found and mended from another machine


@pytest.mark.parametrize("kind", [each for each in WORLDS if each is not Killing], ids=lambda each: each.fault)
def test_a_sweep_finds_what_is_ours_without_the_undo_log_and_puts_it_back(shop, kind):
    world = kind(shop)
    change = world.reset()
    before = world.state()
    injector = registry.make(change)
    injector.inject(injector.prepare())
    found = left_behind(change, injector)
    assert [each.tag for each in found] == [TAG]
    assert not any(secret in repr(found) for secret in world.secrets)
    sweep.remove(change.target, replace(found[0], tag="gameday-8-ffffff"))
    assert len(left_behind(change, injector)) == 1
    sweep.remove(change.target, found[0])
    sweep.remove(change.target, found[0])
    wait_until(lambda: world.state() == before, "it is as it was", 30)
    assert left_behind(change, injector) == []


def left_behind(change, injector):
    return [each for each in sweep.left_behind(change.target) if each.owner == injector.owner]
