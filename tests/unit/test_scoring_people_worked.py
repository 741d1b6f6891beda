"""Sixty drills worked by hand, each with the rows of its scorecard that it is about. Seconds count from the effect."""

from dataclasses import replace

import pytest
from scoring_rooms import KEY, PAYMENTS, Drill, drill, fault_of

from scoring.rubric import ContainmentLimit, Rubric

NO_KEY = replace(PAYMENTS, answer={})
NO_HARM = replace(PAYMENTS, containment=ContainmentLimit(600))
SHARE_ALL = replace(PAYMENTS, quorum=1.0)
SHOWN_ONLY = Rubric(steady_state=("eu-pays",), answer=KEY)
RISING = {0: 2, 20: 10, 40: 20, 60: 30}
"""A harm that grows for a minute; good is below 5."""
STEADY_AFTER = {**RISING, 80: 30, 90: 30, 100: 29, 130: 30}


def three(seconds: float = 900, by: str = "us", rubric: Rubric = PAYMENTS) -> Drill:
    """Three responders, there from before the fault."""
    return fault_of(seconds, by, rubric).team()


def healed(at: float = 300) -> Drill:
    """Responders ended the fault at 300, and all was good again at 310 and stayed so."""
    told = drill().team().see(-5, "eu-pays", True).see(-5, "no-duplicates", True).see(5, "eu-pays", False)
    return told.clear(at, "responders").see(at + 10, "eu-pays", True)


def watched(told: Drill, until: float = 700) -> Drill:
    return told.see(until, "eu-pays", True).see(until, "no-duplicates", True).ended(until)


WORKED = [
    # --- noticed and declared ------------------------------------------------------------
    (
        "one who enters at once what they see is one moment",
        three().mark(60, "li", "observation", "the pay button spins").ended(1500),
        {"noticed": "1:00 met", "declaration": "not by 25:00 not judged"},
    ),
    (
        "one who enters it later than it was noticed is an interval",
        three().mark(200, "li", "observation", "the pay button spins", noticed=50).ended(1500),
        {"noticed": "0:50 to 3:20 met"},
    ),
    (
        "an interval across the limit cannot be judged",
        three().mark(300, "li", "observation", "the pay button spins", noticed=50).ended(1500),
        {"noticed": "0:50 to 5:00 unknown"},
    ),
    (
        "an alert and a message are no person",
        three().alert(30, starts=20).hint(40).ended(1500),
        {"noticed": "not by 25:00 missed", "alert_detection": "0:30 met"},
    ),
    (
        "what was noticed before the fault is about something else",
        three().mark(100, "li", "observation", "odd", noticed=-60).declare(150, "ana", "incident").ended(1500),
        {"noticed": "2:30 met", "declaration": "2:30 not judged"},
    ),
    (
        "an observer and a facilitator who see it are no responders",
        three()
        .join(-5, "fay", "facilitator")
        .join(-5, "oz", "observer")
        .mark(10, "fay", "observation", "here it comes")
        .mark(20, "oz", "guess", "the database")
        .mark(250, "jo", "question", "is it slow for all?", to=None, due=None)
        .ended(1500),
        {"noticed": "4:10 missed"},
    ),
    (
        "a responder who set a severity has noticed",
        three().severity(33, "jo", 2).ended(1500),
        {"noticed": "0:33 met"},
    ),
    (
        "nobody noticed before we took the fault back, and the limit was later",
        three(200).ended(1500),
        {"noticed": "unknown: we took the fault back at 3:20 before the limit 4:00"},
    ),
    (
        "nobody noticed before the drill was stopped",
        drill().team().stop(100).clear(102, why="stop pressed").ended(110, "stopped"),
        {"noticed": "unknown: stopped at 1:40 before the limit 4:00: nobody entered anything"},
    ),
    (
        "a hint that gives the impact away ends the wait",
        three().hint(120, "impact").mark(150, "li", "observation", "the shops spin").ended(1500),
        {"noticed": "not by 2:00 missed"},
    ),
    (
        "the robot is nobody in particular: it is counted and named",
        fault_of(900).join(-5, "rob (robot)", "lead", robot=True).declare(45, "rob (robot)", "incident").ended(1500),
        {"noticed": "0:45 met", "declaration": "0:45 not judged"},
    ),
    (
        "a declaration of something else is no incident",
        three().declare(45, "ana", "contained").ended(1500),
        {"noticed": "0:45 met", "declaration": "not by 25:00 not judged"},
    ),
    # --- shared picture ------------------------------------------------------------------
    (
        "three share the first revision, which is right",
        three().picture(200, "ana").ack(300, "li").ack(370, "jo").ended(1500),
        {"shared_picture": "6:10 met", "picture_right": "yes met", "cohort_recall": "100% not judged"},
    ),
    (
        "unanimous agreement on the wrong impact",
        three().picture(200, "ana", harmed=["us-web"], safe=["eu-web"]).ack(300, "li").ack(370, "jo").ended(1500),
        {"shared_picture": "6:10 met", "picture_right": "not by 6:10 missed", "cohort_precision": "0% not judged"},
    ),
    (
        "unanimous agreement on the wrong cause",
        three().picture(200, "ana", hypothesis="the deploy of 14:00").ack(300, "li").ack(370, "jo").ended(1500),
        {"shared_picture": "6:10 met", "picture_right": "not by 6:10 missed", "right_guess": "not by 25:00 not judged"},
    ),
    (
        "two of three are no quorum of four fifths",
        three().picture(200, "ana").ack(300, "li").ended(1500),
        {"shared_picture": "not by 25:00 missed", "picture_right": "not by 25:00 missed"},
    ),
    (
        "the third leaves, and the two who stay have shared it since",
        three().picture(200, "ana").ack(300, "li").leave(400, "jo").ended(1500),
        {"shared_picture": "6:40 met", "picture_right": "yes met"},
    ),
    (
        "a new revision takes its author away from the old one",
        three()
        .picture(200, "ana")
        .ack(250, "li")
        .picture(260, "li", 2)
        .ack(300, "jo", 2)
        .ack(420, "ana", 2)
        .ended(1500),
        {"shared_picture": "7:00 met"},
    ),
    (
        "an acknowledgement of the older revision does not add up with those of the newer",
        three(rubric=SHARE_ALL)
        .picture(200, "ana")
        .picture(260, "li", 2)
        .ack(300, "jo", 1)
        .ack(320, "ana", 2)
        .ended(1500),
        {"shared_picture": "not by 25:00 missed"},
    ),
    (
        "an incomplete revision cannot be shared",
        three().picture(200, "ana", safe=None).ack(300, "li").ack(370, "jo").ended(1500),
        {"shared_picture": "not by 25:00 missed"},
    ),
    (
        "one who takes the agreement back before the others agree",
        three().picture(200, "ana").ack(250, "li").ack(280, "li", agrees=False).ack(300, "jo").ended(1500),
        {"shared_picture": "not by 25:00 missed"},
    ),
    (
        "one responder alone shares nothing",
        fault_of(900).join(-5, "ana").picture(200, "ana").ended(1500),
        {
            "shared_picture": "unknown: only ana was there, and a picture is shared by at least two",
            "picture_right": "unknown: only ana was there, and a picture is shared by at least two",
        },
    ),
    (
        "a facilitator in the room is no second responder",
        fault_of(900).join(-5, "ana").join(-5, "fay", "facilitator").picture(200, "ana").ack(220, "fay").ended(1500),
        {"shared_picture": "unknown: only ana was there, and a picture is shared by at least two"},
    ),
    (
        "two who never joined are there from their first word",
        fault_of(900).picture(200, "ana").ack(260, "li").ended(1500),
        {"shared_picture": "4:20 met", "roles": "not judged: nobody joined in a role"},
    ),
    (
        "a picture shared after the limit is known and missed, and may be right",
        three().picture(200, "ana").ack(500, "li").ack(700, "jo").ended(1500),
        {"shared_picture": "11:40 missed", "picture_right": "yes met"},
    ),
    (
        "a hint gives the hypothesis away before all have agreed",
        three().picture(200, "ana").ack(300, "li").hint(350, "hypothesis").ack(370, "jo").ended(1500),
        {
            "shared_picture": "not by 5:50 missed",
            "picture_right": "not by 5:50 missed",
            "right_guess": "3:20 not judged",
        },
    ),
    (
        "the fault was taken back before the limit, and nothing was shared by then",
        three(500).picture(200, "ana").ended(1500),
        {"shared_picture": "unknown: we took the fault back at 8:20 before the limit 10:00"},
    ),
    (
        "words that neither match nor contradict leave it to a reader",
        three().picture(200, "ana", hypothesis="the database").ack(300, "li").ack(370, "jo").ended(1500),
        {
            "shared_picture": "6:10 met",
            "picture_right": "unknown: words cannot tell: hypothesis 'the database'",
            "right_guess": "not judged: words cannot tell whether this is right: the database",
        },
    ),
    (
        "a scenario without a key has nothing to be right by",
        three(rubric=NO_KEY).picture(200, "ana").ack(300, "li").ack(370, "jo").ended(1500),
        {
            "shared_picture": "6:10 met",
            "picture_right": "not judged: the scenario has no key to compare the picture with",
            "cohort_precision": "not judged: neither a key nor a probe with a cohort says who was harmed",
        },
    ),
    # --- cohorts -------------------------------------------------------------------------
    (
        "one too many and one known: half of what is named is harmed, all that is harmed is named",
        three().picture(200, "ana", harmed=["eu-web", "eu-browse"]).ended(1500),
        {"cohort_precision": "50% not judged", "cohort_recall": "100% not judged"},
    ),
    (
        "a name nobody knows may be the harmed cohort or none",
        three().picture(200, "ana", harmed=["Europe"]).ended(1500),
        {"cohort_precision": "0% to 100% not judged", "cohort_recall": "0% to 100% not judged"},
    ),
    (
        "nobody is named as harmed",
        three().picture(200, "ana", harmed=[]).ended(1500),
        {
            "cohort_precision": "not judged: the picture names nobody as harmed",
            "cohort_recall": "0% not judged",
        },
    ),
    (
        "without a key the probes say who was harmed",
        three(rubric=NO_KEY)
        .see(-5, "eu-pays", True, cohort="eu-web")
        .see(-5, "us-pays", True, cohort="us-web")
        .see(10, "eu-pays", False, cohort="eu-web")
        .see(1490, "us-pays", True, cohort="us-web")
        .picture(200, "ana", harmed=["eu-web", "us-web"])
        .ended(1500),
        {"cohort_precision": "50% not judged", "cohort_recall": "100% not judged"},
    ),
    # --- containment ---------------------------------------------------------------------
    (
        "harm stops growing twenty seconds after the action",
        three().harm(STEADY_AFTER).act(45, "li", "paused the report", "containment").ended(1500),
        {"containment": "1:00 met"},
    ),
    (
        "an action entered late: it was done between the two",
        three()
        .harm(STEADY_AFTER)
        .mark(75, "li", "action", "paused the report", noticed=62, purpose="containment")
        .ended(1500),
        {"containment": "1:02 to 1:15 met"},
    ),
    (
        "an action for something else contains nothing",
        three().harm(STEADY_AFTER).act(45, "li", "rolled back", "mitigation").ended(1500),
        {"containment": "not by 25:00 missed"},
    ),
    (
        "our own timer ended the fault before the harm had been steady",
        three(100)
        .harm({**RISING, 80: 30, 90: 30, 100: 3, 130: 2})
        .act(75, "li", "paused it", "containment")
        .ended(1500),
        {
            "containment": "unknown: ended by timer: we began to take the fault back at 1:39, "
            "before errors had been steady for 0:30"
        },
    ),
    (
        "responders ended the fault, and with it the harm",
        three(100, "responders")
        .harm({**RISING, 80: 30, 90: 30, 100: 3, 130: 2})
        .act(75, "li", "x", "containment")
        .ended(1500),
        {"containment": "1:15 met"},
    ),
    (
        "harm that never grew shows nothing",
        three().harm({0: 2, 40: 2, 60: 2, 70: 2, 80: 2}).act(45, "li", "paused it", "containment").ended(1500),
        {"containment": "unknown: errors never got worse, so nothing shows that it was contained"},
    ),
    (
        "no harm probe: nobody can tell",
        three(rubric=NO_HARM).act(45, "li", "paused it", "containment").ended(1500),
        {"containment": "unknown: the scenario names no harm probe (`expect.containment.harm`)"},
    ),
    (
        "harm that grows past the limit, whatever was done",
        three()
        .harm({at: at / 10 for at in range(0, 810, 10)})
        .act(45, "li", "paused the report", "containment")
        .ended(1500),
        {"containment": "not by 13:20 missed"},
    ),
    # --- mitigation ----------------------------------------------------------------------
    (
        "the expected signal came true in time",
        three(900, "responders")
        .harm({0: 2, 20: 10, 290: 10, 295: 4})
        .act(250, "li", "rolled back", "mitigation", expect="errors", by=60)
        .ended(1500),
        {"mitigation": "4:50 to 4:55 not judged"},
    ),
    (
        "the signal came late: the expectation was wrong",
        three()
        .harm({0: 2, 20: 10, 400: 4})
        .act(250, "li", "rolled back", "mitigation", expect="errors", by=60)
        .ended(1500),
        {"mitigation": "not by 5:10 not judged"},
    ),
    (
        "the probe was good already: coincidence",
        three().harm({0: 2, 400: 2}).act(250, "li", "rolled back", "mitigation", expect="errors", by=60).ended(1500),
        {"mitigation": "not judged: errors was good already when the action was entered"},
    ),
    (
        "our timer ended the fault before the signal came",
        three(280).harm({0: 2, 20: 10, 290: 4}).act(250, "li", "x", "mitigation", expect="errors", by=60).ended(1500),
        {"mitigation": "not judged: ended by timer: we began to take the fault back at 4:39, before errors was good"},
    ),
    (
        "an action that expects nothing is superstition",
        three().act(250, "li", "restarted it", "mitigation").ended(1500),
        {"mitigation": "not by 25:00 not judged"},
    ),
    (
        "the second mitigation worked, the first did not",
        three(900, "responders")
        .harm({0: 2, 20: 10, 200: 10, 490: 4})
        .act(100, "li", "cleared the cache", "mitigation", expect="errors", by=60)
        .act(450, "li", "rolled back", "mitigation", expect="errors", by=60)
        .ended(1500),
        {"mitigation": "8:05 to 8:10 not judged"},
    ),
    # --- phases, unsafe actions ----------------------------------------------------------
    (
        "contained, mitigated, and back to diagnosis",
        three()
        .act(60, "li", "paused it", "containment")
        .act(180, "li", "rolled back", "mitigation")
        .act(480, "li", "compared traces", "diagnosis")
        .declare(600, "ana", "stood-down")
        .ended(1500),
        {"phases": "9:00 not judged"},
    ),
    (
        "an action that says just what is unsafe",
        three()
        .see(5, "pool-small", True)
        .act(60, "li", "raised the pool size to 50")
        .see(1400, "pool-small", True)
        .ended(1500),
        {"unsafe_action": "1 missed"},
    ),
    (
        "the probe of an unsafe action tripped, whatever was entered",
        three().see(-5, "pool-small", True).see(70, "pool-small", False).act(60, "li", "looked around").ended(1500),
        {"unsafe_action": "1 missed"},
    ),
    (
        "nothing unsafe was done",
        three().see(-5, "pool-small", True).act(60, "li", "paused it").see(1400, "pool-small", True).ended(1500),
        {"unsafe_action": "0 met"},
    ),
    # --- recovery, declared too early, relapse -------------------------------------------
    (
        "recovery declared after the watch had held",
        watched(healed().declare(380, "ana", "recovered")),
        {"recovery": "5:05 to 5:10 met", "early_declaration": "0:00 not judged"},
    ),
    (
        "recovery declared forty seconds into the watch of a minute",
        watched(healed().declare(350, "ana", "recovered")),
        {"recovery": "5:05 to 5:10 met", "early_declaration": "0:15 to 0:20 not judged"},
    ),
    (
        "a negative check was still bad when recovery was declared, and stayed so",
        healed()
        .see(200, "no-duplicates", False)
        .declare(500, "ana", "recovered")
        .see(700, "eu-pays", True)
        .see(700, "no-duplicates", False)
        .ended(700),
        {"recovery": "not by 11:40 missed", "early_declaration": "not by 11:40 not judged"},
    ),
    (
        "the alert fires again on the relapse",
        watched(
            healed()
            .alert(30, starts=20)
            .alert(320, status="resolved")
            .declare(400, "ana", "recovered")
            .again(460, 461, 760)
            .alert(500, starts=490),
            900,
        ),
        {
            "relapse": "yes met",
            "recovery": "5:05 to 5:10 met",
            "time_to_clear": "5:00 not judged",
            "faults_left": "0 met",
        },
    ),
    (
        "the alert is silent on the relapse",
        watched(
            healed()
            .alert(30, starts=20)
            .alert(320, status="resolved")
            .declare(400, "ana", "recovered")
            .again(460, 461, 760),
            900,
        ),
        {"relapse": "not by 7:19 missed", "alert_detection": "0:30 met"},
    ),
    # --- updates, roles, handoffs, questions ---------------------------------------------
    (
        "two complete updates, ten minutes apart at most",
        three()
        .declare(60, "ana", "incident")
        .update(500, "jo")
        .update(1000, "jo")
        .declare(1300, "ana", "recovered")
        .ended(1500),
        {"updates": "8:20 met"},
    ),
    (
        "an update that does not say what is unknown does not count",
        three().declare(60, "ana", "incident").update(500, "jo", unknown=None).update(800, "jo").ended(1500),
        {"updates": "12:20 missed"},
    ),
    (
        "four roles, the last one filled at 90",
        fault_of(900)
        .join(-5, "ana", "commander")
        .join(-5, "li", "scribe")
        .join(30, "jo", "comms")
        .join(90, "kim", "lead")
        .mark(
            100,
            "ana",
            "handoff",
            "over to li",
            to="li",
            impact="eu pays",
            hypothesis="db",
            rejected="deploy",
            unsafe="failover",
            pending="traces",
            next=600,
        )
        .mark(130, "li", "accept", "mine", handoff=None)
        .ended(1500),
        {"roles": "1:30 not judged", "handoffs": "0% not judged"},
    ),
    (
        "two of three steps tried worked, and one was never tried",
        three()
        .step(100, "li", 1, "worked")
        .step(200, "li", 2, "failed", "gone")
        .step(260, "li", 2, "deviated")
        .ended(1500),
        {"runbook_steps": "50% missed"},
    ),
]


@pytest.mark.parametrize(("told", "expected"), [case[1:] for case in WORKED], ids=[case[0] for case in WORKED])
def test_a_drill_worked_by_hand_has_the_scorecard_beside_it(told, expected):
    card = told.worked()

    assert {name: card[name] for name in expected} == expected


def test_there_are_sixty_and_each_verdict_of_each_judged_measure_is_among_them():
    met, missed, unknown = (
        {name for _, _, rows in WORKED for name, said in rows.items() if said.endswith(word) or said.startswith(word)}
        for word in ("met", "missed", "unknown")
    )

    assert len(WORKED) >= 60
    assert len({title for title, _, _ in WORKED}) == len(WORKED)
    judged = {"noticed", "shared_picture", "picture_right", "containment"}
    assert judged <= met & missed & unknown
