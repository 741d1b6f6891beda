"""Guesses: how many there were, and when the right one first came."""

from scoring.absence import given_away, not_entered
from scoring.facts import Facts
from scoring.key import says_cause
from scoring.measures.declaration import entered
from scoring.result import Known, Result, Unknown
from scoring.room import Said
from scoring.rubric import Rubric


def guesses(facts: Facts, rubric: Rubric) -> Result:
    """The number of different hypotheses that were named as such, in guesses and in pictures.

    "Keep guesses in a separate column. This separation matters because early theories are sticky."
    """
    del rubric
    texts = list(dict.fromkeys(" ".join(text.lower().split()) for _, text in _hypotheses(facts)))
    return Known(float(len(texts)), "count", detail={"guesses": [text for _, text in _hypotheses(facts)]})


def right_guess(facts: Facts, rubric: Rubric) -> Result:
    """Seconds from t0 to the first guess, or hypothesis of a picture, that says one wording of the key's cause.

    "Once the chat believes the deploy broke production, every later fact gets bent toward that story." A guess that has
    some of the words may be right: then it is unknown. A hint ends the wait.
    """
    wordings = rubric.answer.get("cause") or ()
    if not wordings:
        return Unknown("the key names no cause")
    said = _hypotheses(facts)
    right = [(each, text) for each, text in said if says_cause(text, wordings)]
    if right:
        first, text = right[0]
        hinted = given_away(facts, first.at, "hypothesis")
        return hinted or entered(facts, [each for each, _ in right], f"{first.by}: {text}")
    maybe = [text for _, text in said if says_cause(text, wordings) is None]
    if maybe:
        return Unknown(f"words cannot tell whether this is right: {'; '.join(maybe)}", {"unclear": maybe})
    return not_entered(facts, None, f"none of {len(said)} was right" if said else "nobody guessed", "hypothesis")


def _hypotheses(facts: Facts) -> list[tuple[Said, str]]:
    """In order of entry; a picture that only carries the last one's hypothesis on names none."""
    room = facts.room
    found: list[tuple[Said, str]] = []
    carried = ""
    pictures = [each for each in room.pictures if room.is_responder(each)]
    for each in sorted((*room.marked("guess"), *pictures), key=lambda each: (each.at, each.seq)):
        text = each.text if each.mark else str(each.body.get("hypothesis") or "")
        if text and each.at >= (facts.began or 0) and (each.mark or text != carried):
            found.append((each, text))
        carried = carried if each.mark else text
    return found
