"""The report for responders: what they may not know is in no byte of it, and what they did is."""

import json
from dataclasses import replace

import pytest
from scoring_rooms import KEY, PAYMENTS, drill
from scoring_timelines import ns

from drills.cli.sentences import sentence
from drills.report import page
from drills.report.content import Kept, report_of
from drills.report.responders import responders_report
from scoring.rubric import AlertLimit, ContainmentLimit, RecoveryLimit, Rubric, UnharmedLimit
from scoring.timeline import EVIDENCE, MARK, MESSAGE, NOTE, SCORECARD, STOP

WRITE = [page.as_html, page.as_markdown, page.as_json]
SECRET = {
    "the scenario's id": "canaryscenario",
    "the title": "canarytitle",
    "the key's journey": "canaryjourney",
    "a cohort of the key": "canarycohort",
    "the key's cause": "canarycause",
    "an unsafe action": "canaryunsafe",
    "the next decision": "canarydecision",
    "the runbook": "canaryrunbook",
    "a step nobody tried": "canarystep",
    "the expected alert": "canaryalert",
    "a harm probe": "canaryharm",
    "a criterion": "canarycriterion",
    "what must stay unharmed": "canaryunharmed",
    "a fault": "canaryfault",
    "a kind of fault": "canarykind",
    "what was bent": "canarysubject",
    "why a fault ended": "canarywhy",
    "a probe": "canaryprobe",
    "what a probe said": "canaryreading",
    "a note of the engine": "canarynote",
    "who pressed STOP": "canarystopper",
    "why STOP was pressed": "canaryreason",
    "a facilitator's mark": "canaryprivate",
    "a message that was not sent": "canaryunsent",
    "why it ended": "canaryended",
    "a scorecard": "canaryheadline",
    "what was kept of a look": "canaryexcerpt",
}
NEVER_SHOWN = {"a harm probe", "the expected alert"}
"""The facilitators' report has these only where they made a difference."""
OPEN = ("openbriefing", "openmessage", "openmark", "openguess", "openstep", "openalert", "openpromised", "openexcerpt")


def told():
    """A drill in which each thing that is secret, and each that is not, is a word of its own."""
    s = SECRET
    key = {
        "journey": s["the key's journey"],
        "harmed": [s["a cohort of the key"]],
        "cause": [s["the key's cause"]],
        "unsafe_actions": [{"text": s["an unsafe action"]}],
        "next_decision": s["the next decision"],
        "runbook": s["the runbook"],
    }
    rubric = replace(
        PAYMENTS,
        answer={**KEY, **key},
        alert=AlertLimit(s["the expected alert"], 120, says=("nothing",)),
        containment=ContainmentLimit(600, s["a harm probe"], "up", 30),
        recovery=RecoveryLimit(600, (s["a criterion"],)),
        unharmed=UnharmedLimit((s["what must stay unharmed"],)),
        steps={"1": s["a step nobody tried"]},
    )
    made = drill(rubric, scenario=s["the scenario's id"], title=s["the title"], briefing={"title": "openbriefing"})
    for entry in made.entries:
        if entry.kind == "fault":
            entry.body.update(fault=s["a fault"], change=s["a fault"], kind=s["a kind of fault"])
            entry.body.update(subject=s["what was bent"])
    made.team().join(-5, "gm", "facilitator")
    made.see(5, s["a probe"], False, 7).see(8, s["a criterion"], False).see(9, "openpromised", False)
    made.entries[-3].body.update(why=s["what a probe said"], evidence="a" * 64)
    made.add(10, MESSAGE, {"message": s["a message that was not sent"], "sender": "x", "to": [], "text": "secret?"})
    made.add(11, NOTE, {"text": f"{s['a note of the engine']} {s['a message that was not sent']} is not sent"})
    made.add(
        12, MESSAGE, {"message": "m", "sender": "support", "to": [], "text": "openmessage", "gives_away": ["impact"]}
    )
    made.entries[-1] = replace(made.entries[-1], audience="all")
    made.alert(13, name="openalert", starts=4)
    made.person(14, MARK, "gm", {"mark": "observation", "text": s["a facilitator's mark"]})
    made.mark(15, "ana", "observation", "openmark", evidence=["b" * 64]).mark(16, "li", "guess", "openguess")
    made.act(17, "jo", "try it", "mitigation", expect="openpromised", by=60)
    made.step(18, "li", 9, "worked", title="openstep").picture(20, "ana", harmed=["eu-web"]).ack(30, "li").ack(31, "jo")
    made.add(40, STOP, {"rule": "stop pressed", "why": s["why STOP was pressed"], "by": s["who pressed STOP"]})
    made.fault(41, "clear", s["a fault"])
    made.entries[-1].body.update(kind=s["a kind of fault"], subject=s["what was bent"], why=s["why a fault ended"])
    made.ended(60, why=s["why it ended"])
    made.add(61, SCORECARD, {"made": "drill", "card": {"rubric_version": 1, "headline": s["a scorecard"]}})
    made.add(62, EVIDENCE, {"digest": "c" * 64, "size": 3, "about": s["what was kept of a look"]})
    made.entries = [replace(each, audience="all") if each.kind in PEOPLE else each for each in made.entries]
    return made.entries


PEOPLE = ("person", "mark", "picture", "ack", "severity", "declaration", "step")


def look(digest):
    words = {"a" * 64: SECRET["what was kept of a look"], "b" * 64: "openexcerpt"}
    return Kept(digest, "about", "text/plain", 5, words.get(digest, "")) if digest in words else None


@pytest.mark.parametrize("write", WRITE)
def test_no_secret_is_in_any_byte_of_the_responders_report_and_all_are_in_the_other(write):
    entries = told()
    theirs, ours = write(responders_report(entries, sentence, look)), write(report_of(entries, sentence, look))

    assert {name for name, word in SECRET.items() if word in theirs} == set()
    assert {name for name, word in SECRET.items() if word not in ours} - NEVER_SHOWN == set()


@pytest.mark.parametrize("write", WRITE)
def test_what_was_theirs_stays(write):
    text = write(responders_report(told(), sentence, look))

    left_out = {"openexcerpt"} if write is page.as_markdown else set()  # Markdown has no excerpts
    assert {word for word in OPEN if word not in text} == left_out


def test_the_numbers_of_what_they_did_are_those_of_the_scorecard():
    entries = told()
    theirs, ours = responders_report(entries, sentence, look), report_of(entries, sentence, look)

    known = {line.title: line.result for line in (*ours.judged, *ours.measured)}
    assert {line.title: line.result for line in theirs.measured}.items() <= known.items()
    assert {"shared picture", "noticed by a person", "time to clear"} <= {line.title for line in theirs.measured}
    assert theirs.clear == ours.clear
    assert not any(against for picture in theirs.pictures for _, _, against in picture.parts)


def test_every_number_of_an_entry_is_the_one_it_has_on_the_timeline():
    entries = told()
    numbers = {entry.seq: entry.at for entry in entries}
    shown = responders_report(entries, sentence, look)

    assert {each.seq for each in shown.timeline} < numbers.keys()
    assert shown.lanes.lanes[0].bars[0].begin == 0


def test_a_fault_that_is_left_is_as_loud_for_them():
    made = drill(PAYMENTS).team().ended(100, outcome="stuck", why="nobody answered")

    assert "NOT CONFIRMED" in page.as_html(responders_report(made.entries, sentence, look))


def test_a_tabletop_keeps_its_situation_and_its_questions():
    made = drill(Rubric(answer=KEY)).entries[:1]
    made[0].body["tabletop"] = True
    asked = {"message": "question-1", "sender": "facilitator", "to": [], "text": "openask", "question": 1, "within": 60}
    told = {"message": "situation", "sender": "facilitator", "to": [], "text": "opensituation"}
    entries = [
        *made,
        *(
            replace(made[0], seq=n, at=ns(n), kind=MESSAGE, audience="all", body=body)
            for n, body in ((2, told), (3, asked))
        ),
    ]

    shown = json.loads(page.as_json(responders_report(entries, sentence, look)))
    assert [each["words"] for each in shown["timeline"][1:]] == [
        "facilitator to all: opensituation",
        "question 1, to decide within 1:00: openask",
    ]
