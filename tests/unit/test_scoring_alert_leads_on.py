"""Whether the alert names owner and runbook, worked by hand: met, missed and unknown are three things."""

from dataclasses import replace

import pytest
from scoring_rooms import KEY, PAYMENTS, drill, phrase

ASKS = replace(PAYMENTS, owner="team-checkout", alert=replace(PAYMENTS.alert, names=("owner", "runbook")))


def alerted(rubric=ASKS, at=40, *, labels=None, annotations=None, **more):
    told = drill(rubric).alert(at, starts=at - 1, **more)
    told.entries[-1].body["labels"] = labels or {}
    told.entries[-1].body["annotations"] = annotations or {}
    return told.clear(200).ended(1500)


WORKED = [
    ("the team as it is called", alerted(labels={"team": "team-checkout"}), "owner", "yes met"),
    ("the team without the word team", alerted(labels={"owner": "Checkout"}), "owner", "yes met"),
    ("in an annotation", alerted(annotations={"squad": "checkout_team"}), "owner", "yes met"),
    ("another team", alerted(labels={"team": "team-search"}), "owner", "no missed"),
    ("nobody", alerted(), "owner", "no missed"),
    ("an empty label", alerted(labels={"team": " "}), "owner", "no missed"),
    ("two labels, one of them right", alerted(labels={"team": "search", "owner": "checkout"}), "owner", "yes met"),
    (
        "a service that nobody owns",
        alerted(replace(ASKS, owner=None), labels={"team": "x"}),
        "owner",
        "unknown: gameday.yaml names no owner of the service",
    ),
    ("an alert that came late", alerted(at=300, labels={"team": "checkout"}), "owner", "yes met"),
    ("no alert of this name", alerted(name="Other", labels={"team": "checkout"}), "owner", "not by 25:00 missed"),
    (
        "nobody listened",
        drill(ASKS).source(-1, listening=False).clear(200).ended(1500),
        "owner",
        "unknown: pager was blind at -0:01: refused",
    ),
    (
        "the page by its address",
        alerted(annotations={"runbook_url": "https://w/r/checkout-slow"}),
        "runbook",
        "yes met",
    ),
    (
        "with an ending and a place in it",
        alerted(annotations={"runbook_url": "https://w/r/Checkout-Slow.md?v=2#step-2"}),
        "runbook",
        "yes met",
    ),
    ("by its name alone", alerted(labels={"runbook": "checkout-slow"}), "runbook", "yes met"),
    ("another page", alerted(annotations={"runbook_url": "https://w/r/checkout"}), "runbook", "no missed"),
    ("no page", alerted(annotations={"summary": "see checkout-slow"}), "runbook", "no missed"),
    (
        "a key without a runbook",
        alerted(replace(ASKS, answer={key: KEY[key] for key in KEY if key != "runbook"})),
        "runbook",
        "unknown: the key names no runbook",
    ),
]


@pytest.mark.parametrize(("what", "told", "measure", "expected"), WORKED, ids=[each[0] for each in WORKED])
def test_worked_by_hand(what, told, measure, expected):
    assert phrase(told.rows()[f"alert_names_{measure}"]) == expected, what


def test_without_being_asked_for_there_is_no_such_row():
    rows = alerted(PAYMENTS, labels={"team": "team-search"}).rows()

    assert {"alert_names_owner", "alert_names_runbook"} & rows.keys() == set()


def test_order_of_arrival_a_repeat_a_late_one_and_another_alert_change_nothing():
    told = alerted(labels={"team": "checkout"}, annotations={"runbook_url": "https://w/checkout-slow"})
    before = {name: phrase(told.rows()[name]) for name in ("alert_names_owner", "alert_names_runbook")}
    repeat = next(each for each in told.entries if each.kind == "alert")
    more = [
        replace(repeat, seq=900),
        replace(repeat, seq=901, at=repeat.at + 10**12, body={**repeat.body, "labels": {}}),
    ]
    more.append(replace(repeat, seq=902, body={**repeat.body, "name": "Other", "labels": {"team": "search"}}))
    told.entries = [*more, *reversed(told.entries)]

    assert {name: phrase(told.rows()[name]) for name in before} == before
