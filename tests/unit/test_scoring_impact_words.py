"""Whether an alert names the impact, on texts with the verdict a person would give beside each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.impact_words import missing_words, names_impact, text_of

CHECKOUT_SLOW = ("checkout", "slow")
NAMED, NOT_NAMED = True, False

TEXTS = [
    # said plainly
    ("checkout is slow", NAMED),
    ("CheckoutSlow", NAMED),
    ("checkout_slow", NAMED),
    ("CHECKOUT: SLOW!", NAMED),
    ("Checkouts are slow in EU", NAMED),
    ("Checkout answers slowly", NAMED),
    ("checkout-eu: p95 is slow, 2.1 s", NAMED),
    ("Slow: the checkout API is unhealthy", NAMED),
    # something near by
    ("pre-checkout is slow", NOT_NAMED),
    ("PreCheckoutSlow", NOT_NAMED),
    ("checked out orders are slow", NOT_NAMED),
    ("checkoutservice-slowness", NOT_NAMED),
    ("checkout", NOT_NAMED),
    ("payments are slow", NOT_NAMED),
    ("", NOT_NAMED),
    ("https://grafana.example/checkout/slow", NOT_NAMED),
    # denied
    ("checkout is not affected, payments are slow", NOT_NAMED),
    ("checkout is not slow", NOT_NAMED),
    ("checkout isn't slow", NOT_NAMED),
    ("checkout is no longer slow", NOT_NAMED),
    ("checkout: no slow queries", NOT_NAMED),
    ("checkout was never slow", NOT_NAMED),
    ("checkout doesn't slow down", NOT_NAMED),
    ("neither checkout nor search is slow", NOT_NAMED),
    ("payments slow, not checkout", NOT_NAMED),
    ("everything slow except checkout", NOT_NAMED),
    ("slow everywhere other than checkout", NOT_NAMED),
    # called healthy
    ("checkout healthy, payments slow", NOT_NAMED),
    ("checkout: ok, payments: slow", NOT_NAMED),
    ("unaffected: checkout. slow: payments", NOT_NAMED),
    ("payments-db is slow - checkout is unaffected", NOT_NAMED),
    ("payments-db is slow while checkout is fine", NOT_NAMED),
    # a denial of something else, or of something good
    ("checkout is slow, search is not affected", NAMED),
    ("Not only checkout is slow: search too", NAMED),
    ("checkout slow with no errors", NAMED),
    ("checkout is slow without errors", NAMED),
    ("checkout is slow and is not recovering", NAMED),
    ("checkout is not responding, slow database", NAMED),
    ("checkout cannot take payments: slow provider", NAMED),
    ("checkout slow, slower than normal", NAMED),
    ("checkout is slow; 1 of 3 replicas healthy", NAMED),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_an_alert_names_checkout_slow_when_a_person_would_say_so(text, expected):
    assert names_impact(text, CHECKOUT_SLOW) is expected


@pytest.mark.parametrize(
    ("text", "says", "expected"),
    [
        ("no orders processed for 5 min", ("orders",), NAMED),
        ("EU: no writes since 14:03", ("eu", "writes"), NAMED),
        ("customers cannot pay in EU", ("pay", "eu"), NAMED),
        ("no duplicates in the ledger", ("duplicates",), NOT_NAMED),
        ("duplicate charge found in the ledger", ("duplicates",), NAMED),
        ("1 of 3 order workers missing", ("order", "worker"), NAMED),
        ("certificate expires in 0 days", ("certificate", "expired"), NAMED),
        ("the slow database of payments", ("slow database",), NAMED),
        ("slow: the database", ("slow database",), NOT_NAMED),
        ("payments-db is slow", ("payments-db",), NAMED),
        ("orders are 100% healthy", ("orders",), NOT_NAMED),
    ],
)
def test_things_and_harms_are_told_apart(text, says, expected):
    assert names_impact(text, says) is expected


def test_what_is_missing_is_named_in_the_order_it_was_asked_for():
    assert missing_words("checkout is down", ("slow", "checkout", "eu")) == ("slow", "eu")


def test_a_person_reads_name_and_annotations_but_no_addresses():
    alert = {"name": "CheckoutSlow", "annotations": {"b": "see https://x/slow-checkout", "a": "EU hurts"}}

    assert text_of(alert) == "CheckoutSlow\nEU hurts\nsee"
    assert text_of({}) == ""


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_gets_an_answer(text, says):
    assert names_impact(text, says) is (not missing_words(text, says))


@given(st.sampled_from([text for text, verdict in TEXTS if verdict]), st.sampled_from(["\n", ". ", "; "]))
def test_a_denial_in_another_sentence_changes_nothing(text, end):
    assert names_impact(f"{text}{end}search is not affected", CHECKOUT_SLOW)
