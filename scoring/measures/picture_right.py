"""Picture right: was what the responders agreed on true."""

from scoring.agreement import first_agreement
from scoring.comparing import Part, compare
from scoring.facts import Facts
from scoring.measures.shared_picture import shared_picture
from scoring.result import Known, Missed, Result, Unknown
from scoring.rubric import Rubric


def picture_right(facts: Facts, rubric: Rubric) -> Result:
    """Yes when each part of the first shared picture is what the key says; missed when one is wrong.

    "It prevents a room full of engineers from optimizing for different incidents": and unanimous agreement on the wrong
    impact is no success. States, data risks and cohorts are compared as they are, free text by its words; where words
    neither match nor contradict, it is unknown, and a reader decides. Without a shared picture none can be right.
    """
    shared = first_agreement(facts, rubric)
    found = shared_picture(facts, rubric)
    if isinstance(found, Unknown):
        return found
    if isinstance(found, Missed) or shared is None or shared.picture is None:
        return Missed(found.censored_at if isinstance(found, Missed) else 0.0, f"no shared picture: {found.why}")
    parts = compare(shared.picture.body, facts, rubric)
    if not parts:
        return Unknown("the scenario has no key to compare the picture with")
    detail = {name: {"right": part.right, "said": part.said, "why": part.why} for name, part in parts.items()}
    wrong = [_worded(name, part) for name, part in parts.items() if part.right is False]
    unclear = [_worded(name, part) for name, part in parts.items() if part.right is None]
    if wrong:
        return Missed(max(0.0, facts.since_t0(shared.at)), f"wrong: {'; '.join(wrong)}", detail)
    if unclear:
        return Unknown(f"words cannot tell: {'; '.join(unclear)}", detail)
    return Known(1.0, "yes", why=f"right: {', '.join(parts).replace('_', ' ')}", detail=detail)


def _worded(name: str, part: Part) -> str:
    said = ", ".join(map(str, part.said)) if isinstance(part.said, list | tuple) else part.said
    shown = "" if said is None else f" {said or 'none'!r}"
    return f"{name.replace('_', ' ')}{shown}" + (f" ({part.why})" if part.why else "")
