"""Drills on a product and its dependency, both behind `gameday proxy`: retries that amplify, one tenant harmed."""

import pytest
from http_proxy_server import Dependency, HttpProxy
from product import AT_ONCE, BUDGET, Product, Users
from workplace import Workplace, said

LIMIT = {"limit": "{inject: http.rate_limit, with: {proxy: payments}, when: 500ms, duration: 3s}"}
TENANTS = ("acme", "globex")


@pytest.fixture(scope="module")
def running():
    with HttpProxy() as proxy, Dependency() as dependency:
        yield proxy, dependency


@pytest.fixture(params=[BUDGET])
def here(request, tmp_path, running):
    """A product whose client retries as the parameter says, with a proxy before it and one behind it."""
    proxy, dependency = running
    back = f"http://127.0.0.1:{proxy.create('payments', dependency.url)}"
    with Workplace(tmp_path) as place, Product(back, request.param) as product:
        front = f"http://127.0.0.1:{proxy.create('checkout', product.url)}"
        targets = {
            "proxies": f'{{kind: http_proxy, with: {{url: "{proxy.url}"}}, consent: [payments]}}',
            "shop": f'{{kind: http, with: {{url: "{front}"}}}}',
        }
        place.workspace(targets, f"probes:\n{calls()}{''.join(map(pays, TENANTS))}")
        text = (place.folder / "gameday.yaml").read_text()
        cohorts = "services: {orders: {cohorts: [acme, globex]}, "
        (place.folder / "gameday.yaml").write_text(text.replace("services: {orders: {}, ", cohorts))
        with Users(front):
            yield place
    proxy.reset()


def calls():
    return (
        "  calls-bounded: {probe: amplification, with: {calls: payments, requests: checkout, over: 1s}, "
        "good: {below: 3}, every: 100ms}\n"
    )


def pays(tenant):
    asked = f"with: {{method: POST, path: /pay, headers: {{x-tenant: {tenant}}}}}, good: {{status: 200}}"
    looks = f"every: 100ms, timeout: 8s, writes: true, cohort: {tenant}"
    return f"  {tenant}-pays: {{probe: http, target: shop, {asked}, {looks}}}\n"


def rows(here):
    return {row["measure"]: row for row in here.card()["rows"]}


@pytest.mark.parametrize("here", [AT_ONCE], indirect=True)
def test_a_client_that_retries_without_a_pause_trips_the_stop_condition(here):
    ran = here.type("run", here.drill("limited", LIMIT, stop_unless="[calls-bounded]"))

    assert ran.returncode == 4, said(ran)
    assert "calls for each user request" in ran.stdout + ran.stderr, said(ran)
    (stop,) = [each["body"] for each in here.entries() if each["kind"] == "stop"]
    assert stop["why"].startswith("calls-bounded: calls for each user request")
    assert here.left_on() == []


def test_a_client_with_a_budget_does_not_and_the_ratio_is_a_recovery_criterion(here):
    file = here.drill(
        "limited",
        LIMIT,
        steady_state="[calls-bounded]",
        stop_unless="[calls-bounded]",
        expect="{recovery: {within: 30s, criteria: [calls-bounded]}, unharmed: {probes: [calls-bounded]}}",
    )
    ran = here.type("run", file)

    assert ran.returncode == 0, said(ran)
    assert {name: rows(here)[name]["verdict"] for name in ("recovery", "unharmed")} == {
        "recovery": "met",
        "unharmed": "met",
    }


@pytest.mark.parametrize("here", [AT_ONCE], indirect=True)
def test_recovery_waits_until_the_retries_are_over(here):
    file = here.drill(
        "limited",
        LIMIT,
        expect="{recovery: {within: 30s, criteria: [calls-bounded]}, unharmed: {probes: [calls-bounded]}}",
    )
    ran = here.type("run", file)

    assert ran.returncode == 1, said(ran)
    assert "calls-bounded turned bad" in rows(here)["unharmed"]["result"]["why"]
    assert rows(here)["recovery"]["verdict"] == "met"
    assert rows(here)["recovery"]["result"]["value"] >= 2.0, "not before the fault was over"


ONE_TENANT = (
    "{inject: http.reject_writes, with: {proxy: payments, only: {headers: {X-Tenant: acme}}}, duration: 1500ms}"
)


def test_one_tenant_is_harmed_alone_and_the_scorecard_names_both_sides(here):
    file = here.drill(
        "one-tenant",
        {"refuse-acme": ONE_TENANT},
        answer="{journey: a customer pays, state: degraded, harmed: [acme], safe: [globex]}",
        steady_state="[acme-pays, globex-pays]",
        stop_unless="[globex-pays]",
        expect="{recovery: {within: 30s}, unharmed: {probes: [globex-pays]}}",
    )
    ran = here.type("run", file)

    assert ran.returncode == 0, said(ran)
    harm = rows(here)["blast_radius"]["result"]
    assert (harm["value"], harm["why"]) == (1.0, "harmed: acme; safe: globex")
    assert "harm as the key says" in ran.stdout
    assert "acme-pays: status 503" in rows(here)["first_symptom"]["result"]["why"]
    assert rows(here)["unharmed"]["verdict"] == "met"


def test_what_the_room_names_is_compared_with_the_key_and_with_what_probes_saw(here):
    file = here.drill(
        "one-tenant",
        {"refuse-acme": ONE_TENANT.replace("1500ms", "20s")},
        answer="{journey: a customer pays, state: degraded, harmed: [acme, globex], safe: []}",
        steady_state="[acme-pays, globex-pays]",
        stop_unless="[]",
    )
    process = here.start("run", file)
    here.until_on("refuse-acme")
    for words in (
        ("join", "--as", "ana", "--role", "commander"),
        ("picture", "set", "--harmed", "acme", "--safe", "globex", "--as", "ana"),
        ("declare", "stood-down", "enough was seen", "--as", "ana"),
    ):
        done = here.type(*words)
        assert done.returncode == 0, said(done)
    here.ended(process)

    named = rows(here)["cohort_recall"]["result"]["detail"]
    assert (named["by_key"], named["by_probes"]) == ([0.5, 0.5], [1.0, 1.0])
    assert (named["key"], named["probes"]) == (["acme", "globex"], ["acme"])
    assert rows(here)["blast_radius"]["result"]["value"] <= 1.0
