"""`kubernetes.ready` on the real control plane: what it counts, and when it says that it does not know."""

from collections.abc import Iterator

import pytest
from kubernetes_server import running
from kubernetes_worlds import Shop
from servers import wait_until

from drills.signals import registry
from drills.signals.contract import Unanswered

pytestmark = pytest.mark.timeout(200)


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with running() as (plane, between):
        made = Shop(plane, between)
        plane.deployment(made.yes, "web", 4)
        yield made


def probe(shop, good, **with_):
    kind = registry.probe_kind("kubernetes.ready")
    settings = kind.settings.model_validate(shop.target, context={"gameday.plain": True})
    parameters = kind.parameters.model_validate({"namespace": shop.yes, **with_})
    return kind.make(settings, parameters, kind.good.model_validate(good))


@pytest.mark.parametrize("whose", [{"deployment": "web"}, {"labels": {"app": "web"}}])
def test_ready_pods_are_counted_and_told_as_a_share(shop, whose):
    counting, sharing = probe(shop, {"at_least": 4}, **whose), probe(shop, {"above": "50%"}, **{**whose, "as": "share"})
    # The deployment's own count comes a little after its pods.
    wait_until(lambda: counting.read(5).value == 4, "all are counted")
    assert counting.judge(counting.read(5)).good
    assert sharing.read(5).value == 1.0
    assert counting.read(5).fields == {"ready": 4, "wanted": 4}


def test_a_pod_that_waits_for_a_node_is_not_ready(shop):
    plane = shop.plane
    pod = {"containers": [{"name": "it", "image": "none"}], "nodeSelector": {"no": "where"}}
    plane.create({"kind": "Pod", "metadata": {"name": "late", "labels": {"app": "late"}}, "spec": pod}, shop.yes)
    sharing = probe(shop, {"at_least": "50%"}, labels={"app": "late"}, **{"as": "share"})
    assert sharing.read(5).value == 0
    assert not sharing.judge(sharing.read(5)).good


def test_what_cannot_be_known_is_unanswered(shop):
    with pytest.raises(Unanswered, match="there is no deployment"):
        probe(shop, {"at_least": 1}, deployment="nobody").read(5)
    with pytest.raises(Unanswered, match="no share"):
        probe(shop, {"at_least": 1}, labels={"app": "nobody"}, **{"as": "share"}).read(5)
    assert probe(shop, {"at_least": 1}, labels={"app": "nobody"}).read(5).value == 0
    with shop.between.silence(), pytest.raises(Unanswered, match="cannot be asked"):
        probe(shop, {"at_least": 1}, deployment="web").read(5)
    with pytest.raises(Unanswered, match="403"):
        probe(shop, {"at_least": 1}, deployment="web", namespace="kube-system").read(5)
