"""The source `webhook` understands Grafana, PagerDuty, Opsgenie and mapped JSON, and lets in who proves it may send."""

import base64
import hashlib
import hmac
import http.client
import json
from typing import Any

import pytest
from webhook_senders import alert, heard_by, made, post

from drills.signals.contract import SignalError
from injectors.contract import InjectorError

CANARY = "canary-51f0aa"
SECOND = 10**9


# --- Grafana


def grafana(*alerts: dict[str, Any], **changed: Any) -> dict[str, Any]:
    head = {"receiver": "gameday", "status": "firing", "orgId": 1, "version": "1", "truncatedAlerts": 0}
    return {**head, "alerts": list(alerts), **changed}


def test_grafana_sends_a_group_with_what_only_it_adds():
    one = alert(
        startsAt="2026-01-02T05:04:05.5+02:00",
        silenceURL="",
        dashboardURL="",
        panelURL="",
        values={"B": 44.2, "C": None},
    )
    with heard_by(format="grafana") as (source, heard):
        assert post(source, grafana(one))[0] == 200
        assert post(source, grafana(one, {**one, "status": "resolved", "endsAt": "2026-01-02T03:09:05Z"}))[0] == 200
        status, said = post(source, {"version": "4", "alerts": []})
    assert heard.said == [("PayDown", "firing"), ("PayDown", "resolved")]
    assert heard.alerts[0].starts_at == 1767323045 * SECOND + SECOND // 2
    assert heard.alerts[1].event_at == 1767323345 * SECOND
    assert (status, said) == (400, "no group of alerts as Grafana sends it: orgId: Field required")


# --- PagerDuty


def event(kind: str = "incident.triggered", at: str = "2026-01-02T03:04:06Z", **changed: Any) -> dict[str, Any]:
    incident = {
        "id": "Q1",
        "type": "incident",
        "title": "Checkout is slow",
        "created_at": "2026-01-02T03:04:05Z",
        "status": "triggered",
        "urgency": "high",
        "incident_key": "checkout/slow",
        "html_url": "https://example.pagerduty.test/incidents/Q1",
        "service": {"id": "S1", "summary": "checkout", "type": "service_reference"},
        "priority": None,
        "assignees": [],
    }
    body = {"id": f"{kind}-{at}", "event_type": kind, "resource_type": "incident", "occurred_at": at, "agent": None}
    return {"event": {**body, "data": {**incident, **changed}}}


def test_pagerduty_tells_an_incident_its_end_and_its_second_beginning():
    with heard_by(format="pagerduty") as (source, heard):
        for body in (
            event(),
            event("incident.acknowledged", "2026-01-02T03:05:00Z"),
            event("incident.resolved", "2026-01-02T03:06:00Z"),
            event("incident.resolved", "2026-01-02T03:06:00Z"),
            event("incident.reopened", "2026-01-02T03:07:00Z"),
            event("incident.resolved", "2026-01-02T03:08:00Z"),
            {"event": {"id": "p", "event_type": "pagey.ping", "occurred_at": None, "data": {"type": "ping"}}},
        ):
            assert post(source, body) == (200, "taken")
        assert source.problem == ""
    names = {each.name for each in heard.alerts}
    began, over, again, _ = heard.alerts
    assert [each.status for each in heard.alerts] == ["firing", "resolved", "firing", "resolved"]
    assert names == {"Checkout is slow"}
    assert (began.fingerprint, began.starts_at, began.event_at) == ("Q1", 1767323045 * SECOND, 1767323046 * SECOND)
    assert over.event_at == 1767323160 * SECOND
    assert again.starts_at == 1767323220 * SECOND, "its first beginning would make it one from before the fault"
    assert began.labels == {"service": "checkout", "urgency": "high", "incident_key": "checkout/slow"}
    assert began.annotations == {
        "summary": "Checkout is slow",
        "url": "https://example.pagerduty.test/incidents/Q1",
    }


def signature(secret: str, body: bytes) -> str:
    return "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_one_good_signature_of_several_is_enough_while_the_secret_is_changed(monkeypatch):
    monkeypatch.setenv("PD_OLD", f"{CANARY}-old")
    monkeypatch.setenv("PD_NEW", f"{CANARY}-new")
    body = json.dumps(event()).encode()
    old, new, other = (signature(name, body) for name in (f"{CANARY}-old", f"{CANARY}-new", "other"))
    signed = {"format": "pagerduty", "signing": [{"env": "PD_OLD"}, {"env": "PD_NEW"}]}
    with heard_by(**signed) as (source, _):
        for header in (old, new, f"{other},{new}", f"{old}, {other}"):
            assert post(source, body, **{"x-pagerduty-signature": header})[0] == 200
        for header in ("", other, old[:-1], old.removeprefix("v1="), old.replace("v1=", "v2="), f"{other},{other}"):
            status, said = post(source, body, **{"x-pagerduty-signature": header})
            assert (status, said) == (401, "no signature in X-PagerDuty-Signature fits the body and a secret of ours")
        assert post(source, body + b" ", **{"x-pagerduty-signature": old})[0] == 401, "it is the body that is signed"
        assert "401" in source.problem
        assert CANARY not in f"{source!r} {source.__dict__!r} {source.problem}"


# --- Opsgenie


def action(name: str = "Create", **changed: Any) -> dict[str, Any]:
    told = {
        "alertId": "a-1",
        "message": "CheckoutSlow",
        "alias": "checkout-slow",
        "tags": ["eu"],
        "entity": "",
        "priority": "P1",
        "createdAt": 1767323045123,
        "updatedAt": 1767323345000000001,
        "username": "system",
        "description": "customers wait",
        "details": {"service": "checkout"},
        "teams": [],
        **changed,
    }
    return {"action": name, "integrationId": "i", "integrationName": "gameday", "source": {"name": ""}, "alert": told}


def test_opsgenies_two_times_have_two_units():
    with heard_by(format="opsgenie") as (source, heard):
        for name in ("Create", "Create", "Acknowledge", "AddNote", "Close", "Close"):
            assert post(source, action(name)) == (200, "taken")
    began, over = heard.alerts
    assert heard.said == [("CheckoutSlow", "firing"), ("CheckoutSlow", "resolved")]
    assert began.starts_at == began.event_at == 1767323045123 * 10**6
    assert (over.starts_at, over.event_at) == (began.starts_at, 1767323345000000001)
    assert began.labels == {"alias": "checkout-slow", "priority": "P1", "service": "checkout"}
    assert began.annotations == {"summary": "CheckoutSlow", "description": "customers wait"}


def test_a_time_in_another_unit_is_refused_and_never_a_wrong_time():
    with heard_by(format="opsgenie") as (source, heard):
        status, said = post(source, action(createdAt=1767323045))
    assert (status, heard.alerts) == (400, [])
    assert said == (
        "no action as Opsgenie sends it: alert.createdAt: no time of this century in milliseconds: "
        "is the unit another one?"
    )


# --- anybody, through a mapping


MAPPING = {
    "alerts": "items",
    "name": "rule.title",
    "status": "state",
    "firing": ["open", "true"],
    "resolved": ["closed"],
    "ignored": ["muted"],
    "starts_at": {"at": "since", "unit": "seconds"},
    "labels": {"app": 'meta."app.kubernetes.io/name"', "host": "hosts.0", "count": "count", "none": "nowhere.at.all"},
    "annotations": {"summary": "text"},
}


def item(**changed: Any) -> dict[str, Any]:
    one = {"rule": {"title": "Slow"}, "state": "open", "since": 1767323045.5, "hosts": ["h1"], "count": 3}
    return {**one, "meta": {"app.kubernetes.io/name": "shop"}, "text": "it is slow", **changed}


def test_any_json_is_an_alert_where_the_mapping_says_so():
    with heard_by(format="json", mapping=MAPPING) as (source, heard):
        assert post(source, {"items": [item(), item(state=True, since="1767323046"), item(state="muted")]})[0] == 200
        assert post(source, {"items": [item(), item(state="closed")]})[0] == 200
    one, two, over = heard.alerts
    assert one.labels == {"app": "shop", "host": "h1", "count": "3"}
    assert (one.name, one.annotations) == ("Slow", {"summary": "it is slow"})
    assert (one.starts_at, two.starts_at) == (1767323045 * SECOND + SECOND // 2, 1767323046 * SECOND)
    assert one.fingerprint == over.fingerprint, "the same name and labels"
    assert (over.status, over.event_at) == ("resolved", None)


@pytest.mark.parametrize("unit", ["seconds", "milliseconds", "microseconds", "nanoseconds"])
def test_each_unit_gives_the_same_moment(unit):
    factor = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}[unit]
    mapping = {"name": "n", "status": "s", "firing": ["x"], "event_at": {"at": "t", "unit": unit}}
    with heard_by(format="json", mapping=mapping) as (source, heard):
        assert post(source, {"n": "N", "s": "x", "t": 1767323045 * factor})[0] == 200
    assert heard.alerts[0].event_at == 1767323045 * SECOND


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"items": {}}, "items: a list of at most 10000 alerts is expected"),
        ({"items": [item(state="odd")]}, "state: the state is a word of none of `firing`, `resolved` and `ignored`"),
        ({"items": [item(state=None)]}, "state: the state is missing"),
        ({"items": [item(rule={})]}, "rule.title: the alert's name is missing"),
        ({"items": [item(since="yesterday")]}, "since: a number is expected"),
        ({"items": [item(since=1767323045000)]}, "since: no time of this century in seconds: is the unit another one?"),
        ({"items": [item(), 7]}, "state: the state is missing"),
        ([], "items: a list of at most 10000 alerts is expected"),
    ],
)
def test_what_the_mapping_does_not_fit_is_refused_whole_and_aloud(body, said):
    with heard_by(format="json", mapping=MAPPING) as (source, heard):
        assert post(source, body) == (400, f"nothing that the mapping fits: {said}")
        assert said in source.problem
    assert heard.alerts == []


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"format": "json"}, "`format: json` and `mapping:` go together"),
        ({"mapping": MAPPING}, "`format: json` and `mapping:` go together"),
        ({"signing": [{"env": "X"}]}, "only PagerDuty signs what it sends"),
        ({"format": "pagerduty", "signing": ["plain"]}, "a secret is never written here"),
        ({"login": {"user": "a:b", "password": {"env": "X"}}}, "login.user"),
        ({"token": {"env": "X"}, "login": {"user": "a", "password": {"env": "X"}}}, "write one of them"),
        ({"listen": "0.0.0.0:9095", "format": "pagerduty"}, "others can reach this address"),
        *(
            ({"format": "json", "mapping": {**MAPPING, "name": path}}, "write a path such as alert.title")
            for path in ("", ".", "a..b", "a.", "$.a", "a[0]", "a b", "__import__('os')", '"a', ".".join("a" * 21))
        ),
        ({"format": "json", "mapping": {**MAPPING, "firing": []}}, "mapping.firing"),
        ({"format": "json", "mapping": {**MAPPING, "starts_at": {"at": "t", "unit": "days"}}}, "unit"),
    ],
)
def test_what_cannot_work_is_told_when_the_file_is_read(told, said):
    with pytest.raises(InjectorError, match=r".") as wrong:
        made(**told)
    assert said in str(wrong.value)


# --- who may send


def test_a_login_is_asked_for_and_told_nowhere(monkeypatch):
    monkeypatch.setenv("HOOK_PASSWORD", CANARY)

    def basic(pair: str) -> str:
        return "Basic " + base64.b64encode(pair.encode()).decode()

    with heard_by(format="grafana", login={"user": "grafana", "password": {"env": "HOOK_PASSWORD"}}) as (source, heard):
        for wrong in ("", basic("grafana:"), basic(f"other:{CANARY}"), f"Bearer {CANARY}", basic(f"grafana:{CANARY}x")):
            status, said = post(source, grafana(alert()), authorization=wrong)
            assert (status, said) == (401, "the login is wrong or missing: send Authorization: Basic ...")
        assert heard.alerts == []
        assert post(source, grafana(alert()), authorization=basic(f"grafana:{CANARY}"))[0] == 200
        shown = f"{source!r} {source.__dict__!r} {source.problem}"
        assert CANARY not in shown
        assert base64.b64encode(f"grafana:{CANARY}".encode()).decode() not in shown


def test_a_token_of_any_letters_is_compared_as_it_was_sent(monkeypatch):
    monkeypatch.setenv("ALERT_TOKEN", "schlüssel-π-☂")
    with heard_by(token={"env": "ALERT_TOKEN"}) as (source, heard):
        body = json.dumps({"version": "4", "alerts": [alert()]}).encode()
        for sent, status in (("schlüssel-π-☂", 200), ("schlüssel-π-?", 401)):
            line = http.client.HTTPConnection(source.address, timeout=15)
            line.putrequest("POST", "/")
            line.putheader("content-length", str(len(body)))
            line.putheader("authorization", f"Bearer {sent}".encode())
            line.endheaders(body)
            assert line.getresponse().status == status
            line.close()
    assert len(heard.alerts) == 1


def test_a_missing_signing_secret_is_named_at_the_start(monkeypatch):
    monkeypatch.delenv("PD_OLD", raising=False)
    with pytest.raises(SignalError, match=r"the webhook pages has no secret to check with: .* export PD_OLD"):
        made(format="pagerduty", signing=[{"env": "PD_OLD"}]).start(lambda _: None)


def test_a_port_that_another_drill_holds_is_refused_with_what_to_do():
    with heard_by() as (first, _), pytest.raises(SignalError, match=r"another drill does \(`gameday status`\)"):
        made(listen=first.address).start(lambda _: None)
