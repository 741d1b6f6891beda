"""The people's measures: each reads the marks that people make. No command makes marks yet, so each is unknown."""

from scoring.facts import Facts
from scoring.result import Result, Unknown
from scoring.rubric import Rubric

_NO_MARKS = "nobody's marks are on the timeline"


def noticed(facts: Facts, rubric: Rubric) -> Result:
    """Human detection: "the organization burns time converting doubt into permission to act"."""
    del facts, rubric
    return Unknown(_NO_MARKS)


def shared_picture(facts: Facts, rubric: Rubric) -> Result:
    """Time to a shared picture: "One practical metric for incident maturity is time to a shared picture"."""
    del facts, rubric
    return Unknown(_NO_MARKS)


def containment(facts: Facts, rubric: Rubric) -> Result:
    """Containment: "how quickly the team can stop making things worse"."""
    del facts, rubric
    return Unknown(_NO_MARKS)


def updates(facts: Facts, rubric: Rubric) -> Result:
    """Updates on time: "The useful middle is short, factual, and rhythmic"."""
    del facts, rubric
    return Unknown(_NO_MARKS)


def runbook_steps(facts: Facts, rubric: Rubric) -> Result:
    """Steps that worked: "Runbooks should be tested by someone other than the author, under time pressure"."""
    del facts, rubric
    return Unknown(_NO_MARKS)


def relapse(facts: Facts, rubric: Rubric) -> Result:
    """Monitoring "would catch a relapse without humans staring at the page": needs a declared recovery."""
    del facts, rubric
    return Unknown(f"{_NO_MARKS}, so no recovery was declared")
