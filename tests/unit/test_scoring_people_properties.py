"""What must not change a scorecard of people: order of arrival, duplicates, late and unrelated entries, corrections."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_rooms import PAYMENTS, Drill, drill, fault_of
from scoring_timelines import ns

from scoring.measures import MEASURES
from scoring.result import Unknown
from scoring.rubric import TabletopLimit
from scoring.scorecard import score
from scoring.timeline import BY_PEOPLE, Entry

FULL = {"impact": "eu", "hypothesis": "db", "rejected": "x", "unsafe": "y", "pending": "z", "next": 600}


def worked() -> Drill:
    """Everything that people can enter, some of it right, each at a moment of its own."""
    leads = replace(PAYMENTS, owner="checkout", alert=replace(PAYMENTS.alert, names=("owner", "runbook")))
    told = drill(leads).source(-18, "chat")
    for offset, (name, role) in enumerate(
        [("ana", "commander"), ("li", "scribe"), ("jo", "comms"), ("kim", "lead"), ("oz", "observer")]
    ):
        told.join(-10 + offset, name, role)
    told.see(-5.1, "eu-pays", True, cohort="eu-web").see(-5.2, "pool-small", True).see(-5.3, "health", True)
    told.see(-5.4, "no-duplicates", True).see(3, "eu-pays", False, cohort="eu-web").alert(40, starts=30)
    told.mark(60, "kim", "observation", "slow", noticed=50).mark(62, "li", "guess", "the deploy")
    told.declare(70, "ana", "incident").severity(71, "ana", 2)
    told.harm({1: 2, 20: 10, 41: 20, 61: 30, 81: 30, 91: 30, 101: 30, 121: 30, 299: 30, 330: 3})
    told.act(85, "kim", "paused the report", "containment").picture(100, "ana").ack(110, "li")
    told.mark(112, "ana", "question", "since when?", to="kim", due=100)
    told.mark(150, "kim", "answer", "14:03", question=told.entries[-1].seq, verdict="confirmed", evidence=["f" * 64])
    told.picture(160, "li", 2, next="rate limit").ack(170, "ana", 2).ack(180, "jo", 2).ack(190, "kim", 2)
    told.update(200, "jo").hint(210, "next_decision").mark(230, "jo", "guess", "a slow database")
    told.mark(240, "ana", "handoff", "over to li", to="li", **FULL)
    told.mark(250, "li", "accept", "mine", handoff=told.entries[-1].seq)
    told.step(260, "kim", 1, "worked").step(270, "kim", 2, "failed", "gone")
    told.act(280, "kim", "rolled back", "mitigation", expect="errors", by=60).clear(320, "responders")
    told.see(325, "eu-pays", True, cohort="eu-web").act(340, "kim", "compared traces", "diagnosis")
    told.alert(345, status="resolved").declare(400, "ana", "recovered").again(460, 461, 760).alert(500, starts=490)
    told.see(905, "eu-pays", True, cohort="eu-web")
    for offset, probe in enumerate(("pool-small", "health", "no-duplicates", "errors")):
        told.see(906 + offset, probe, True, 3)
    return told.ended(910)


def lost() -> Drill:
    """Two who never agree, one who leaves, an unsafe action, no update, our own timer."""
    told = fault_of(500).join(-10, "ana").join(-9, "li").see(-5, "us-pays", True, cohort="us-web")
    told.mark(100, "ana", "observation", "odd").picture(150, "ana", harmed=["us-web"]).ack(170, "li", agrees=False)
    told.act(200, "li", "raised the pool size", "mitigation").leave(300, "li").declare(450, "ana", "recovered")
    return told.see(520, "us-pays", True, cohort="us-web").see(901, "eu-pays", False).ended(903)


def talked() -> Drill:
    """A tabletop: one question decided, one late, and one decision that names none."""
    told = Drill(replace(PAYMENTS, tabletop=TabletopLimit(("What first?", "Who decides?"), 300))).started()
    told.entries[-1].body["tabletop"] = True
    told.add(1, "message", {"message": "situation", "text": "the region is gone"}).join(2, "ana").join(3, "li")
    told.mark(60, "ana", "decision", "checkout first", answers=1).mark(70, "li", "decision", "we wait", answers=None)
    return told.mark(400, "li", "decision", "li decides", answers=2).ended(1600)


DRILLS = {"worked": worked(), "lost": lost(), "talked": talked()}
unhurried = settings(max_examples=60)
"""Scoring twice takes milliseconds, and a busy machine any time."""
drills = st.sampled_from(sorted(DRILLS)).map(DRILLS.__getitem__)


def card(entries, rubric=None):
    """The card without the numbers of the entries that proved it."""
    return _bare(score(entries, rubric).to_json())


def _bare(value):
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in value.items() if key != "seq"}
    return [_bare(each) for each in value] if isinstance(value, list) else value


CARDS = [(told, card(told.entries)) for told in DRILLS.values()]


def as_it_was(told):
    """The card of a drill as it is told above, made once."""
    return next(made for each, made in CARDS if each is told)


def test_every_measure_of_people_finds_something_in_one_of_these_drills():
    found = {
        name for told in DRILLS.values() for name, row in told.rows().items() if not isinstance(row.result, Unknown)
    }

    assert {each.name for each in MEASURES} - found <= {"stop_latency", "unharmed", "promise"}
    assert all(len({entry.at for entry in told.entries}) == len(told.entries) for told in DRILLS.values())


@unhurried
@given(drills, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(told, random):
    shuffled = list(told.entries)
    random.shuffle(shuffled)

    assert card(shuffled) == as_it_was(told)


@unhurried
@given(drills, st.data())
def test_what_is_told_twice_counts_once(told, data):
    twice = data.draw(st.lists(st.sampled_from(told.entries), max_size=8))
    late = [replace(entry, seq=len(told.entries) + offset) for offset, entry in enumerate(twice, 1)]

    assert card([*told.entries, *late]) == as_it_was(told)


@unhurried
@given(drills, st.data())
def test_an_entry_that_arrives_late_counts_from_its_own_time(told, data):
    pointed = {entry.body.get(key) for entry in told.entries for key in ("question", "handoff", "corrects")}
    free = [entry for entry in told.entries if entry.seq not in pointed]
    late = set(data.draw(st.lists(st.sampled_from([entry.seq for entry in free]), unique=True, max_size=8)))
    moved = [replace(each, seq=each.seq + 1000) if each.seq in late else each for each in told.entries]

    assert card(moved) == as_it_was(told)


OTHERS = [
    ("oz", "person", {"person": "oz", "role": "observer", "state": "joined"}),
    ("fay", "person", {"person": "fay", "role": "facilitator", "state": "joined"}),
    ("gameday", "note", {"text": "slow database"}),
    ("support", "message", {"message": "m", "sender": "support", "to": [], "text": "slow", "gives_away": []}),
    ("gameday", "evidence", {"digest": "0" * 64, "media_type": "text/plain", "size": 1, "about": "x"}),
    ("ana", "a-kind-of-next-year", {"mark": "guess", "text": "slow database"}),
    ("ana", "mark", {"mark": "a type of next year", "text": "slow database"}),
    ("ana", "ack", {"revision": 99, "agrees": True, "text": ""}),
    ("ana", "mark", {"mark": "accept", "text": "mine", "handoff": 99999}),
    ("ana", "mark", {"mark": "answer", "text": "yes", "question": 99999, "verdict": "confirmed", "evidence": ["f"]}),
    ("ana", "mark", {"mark": "guess", "text": "", "corrects": 99999}),
]


@unhurried
@given(drills, st.sampled_from(OTHERS), st.floats(min_value=-15, max_value=900))
def test_an_unrelated_entry_changes_nothing(told, other, at):
    by, kind, body = other
    entry = Entry(len(told.entries) + 1, ns(at), kind, by, "all", body)

    assert card([*told.entries, entry]) == as_it_was(told)


@pytest.mark.parametrize("role", ["observer", "facilitator"])
@unhurried
@given(drills, st.data())
def test_what_one_enters_who_is_no_responder_changes_nothing(role, told, data):
    """Everything a responder entered, said once more by somebody who only looks on."""
    chosen = data.draw(
        st.sampled_from([each for each in told.entries if each.kind in BY_PEOPLE and each.kind != "person"])
    )
    at = data.draw(st.floats(min_value=chosen.at / 1e9 - ns(0) / 1e9, max_value=900))
    count = len(told.entries)
    joined = Entry(count + 1, ns(-15), "person", "zed", "all", {"person": "zed", "role": role, "state": "joined"})
    same = Entry(count + 2, ns(at), chosen.kind, "zed", "all", chosen.body)

    assert card([*told.entries, joined, same]) == as_it_was(told)


SAID = [
    ("mark", {"mark": "observation", "text": "slow"}),
    ("mark", {"mark": "guess", "text": "payments-db latency"}),
    ("mark", {"mark": "action", "text": "raised the pool size", "purpose": "diagnosis", "expect": None, "by": None}),
    ("mark", {"mark": "question", "text": "why?", "to": None, "due": None}),
    ("mark", {"mark": "update", "text": "", "known": "a", "unknown": "b", "decides": "c", "next": 60}),
    ("mark", {"mark": "handoff", "text": "over", "to": "li"}),
    ("picture", {"revision": 50, "harmed": ["us-web"]}),
    ("ack", {"revision": 2, "agrees": False, "text": "no"}),
    ("severity", {"severity": 1, "text": "worse"}),
    ("declaration", {"declares": "recovered", "text": ""}),
    ("step", {"runbook": "checkout-slow", "step": 3, "verdict": "worked", "why": None}),
]


@unhurried
@given(drills, st.sampled_from(SAID), st.sampled_from(["ana", "li"]), st.floats(0, 800), st.floats(0, 99))
def test_what_its_author_takes_back_was_never_said(told, said, by, at, later):
    kind, body = said
    count = len(told.entries)
    one = Entry(count + 1, ns(at), kind, by, "all", body)
    back = Entry(count + 2, ns(at + later) + 1, "mark", by, "all", {"mark": "guess", "text": "", "corrects": count + 1})

    assert card([*told.entries, one, back]) == as_it_was(told)


@unhurried
@given(drills, st.sampled_from(SAID), st.floats(0, 800))
def test_a_correction_counts_from_its_own_time_as_if_the_first_had_never_been(told, said, at):
    kind, body = said
    count = len(told.entries)
    first = Entry(count + 1, ns(at), kind, "ana", "all", {**body, "text": "what was meant otherwise"})
    second = Entry(count + 2, ns(at + 20), kind, "ana", "all", {**body, "corrects": count + 1})

    if body.get("text") == "" and kind == "mark":
        return
    assert card([*told.entries, first, second]) == card([*told.entries, second])


@unhurried
@given(drills, st.floats(1, 300))
def test_a_drill_that_went_on_longer_loses_nothing_that_was_known(told, longer):
    """Known stays known: only what was not there by the end may still come, or be missed later."""
    *before, end = told.entries
    later = [*before, replace(end, at=end.at + round(longer * 1e9))]
    rows = {row.measure: row.result for row in score(told.entries).rows}

    for row in score(later).rows:
        if row.measure not in ("updates", "phases"):
            assert isinstance(row.result, type(rows[row.measure]))


KEYS = {"tabletop", *(key for told in DRILLS.values() for entry in told.entries for key in entry.body)} - {"rubric"}
people = st.sampled_from(["ana", "li"])
values = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 40), st.text(max_size=6), st.lists(st.text(max_size=4), max_size=2)
)
bodies = st.dictionaries(
    st.sampled_from(sorted(KEYS)),
    st.one_of(values, st.sampled_from(["action", "guess", "update", "question", "joined", "incident", "recovered"])),
    max_size=8,
)
anything = st.builds(
    Entry,
    st.integers(1, 40),
    st.integers(0, 10**11),
    st.sampled_from([*BY_PEOPLE, "message", "fault", "probe", "drill"]),
    people,
    st.just("all"),
    bodies,
)


@settings(unhurried, max_examples=150)
@given(st.lists(anything, max_size=25))
def test_whatever_people_enter_there_is_a_card(entries):
    told = score(entries, rubric=PAYMENTS)

    assert json.dumps(told.to_json())
    assert 0 <= told.met <= told.of


@unhurried
@given(drills, st.lists(anything, max_size=10))
def test_whatever_else_is_entered_into_a_drill_there_is_a_card_with_its_end(told, more):
    later = [replace(entry, seq=entry.seq + 1000, at=entry.at + ns(0)) for entry in more if entry.kind in BY_PEOPLE]
    made = score([*told.entries, *later])

    assert json.dumps(made.to_json())
    assert made.outcome == "completed"
