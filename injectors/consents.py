"""What a checkup says about consent by a target's `consent:` list, or by a label on each of its parts. Pure."""

from collections.abc import Iterable, Sequence

from injectors.contract import Finding, Found

SHOWN = 5


def by_list(there: Iterable[str], consent: Sequence[str], what: str) -> list[Finding]:
    """Which of what is there stands in the `consent:` list, and what in the list is not there."""
    held = sorted(there)
    given = [name for name in consent if name in held]
    astray = [name for name in consent if name not in held]
    found = []
    if given:
        found.append(Finding("consent", Found.OK, f"given for {_some(given)}"))
    elif not held:
        found.append(Finding("consent", Found.CANT_TELL, f"it has no {what} yet"))
    else:
        write = f"consent: [{held[0]}]    (in its target in gameday.yaml)"
        found.append(Finding("consent", Found.NOT_OK, f"given for none of its {what}s: {_some(held)}", write))
    if astray:
        said = f"the `consent:` list names what is not there: {_some(astray)}"
        found.append(Finding("consent", Found.NOT_OK, said, f"take {astray[0]} off the list, or create it"))
    return found


def by_label(given: Sequence[str], withheld: Sequence[str], what: str, write: str) -> Finding:
    """Which of its parts carry the label; one is enough for a drill."""
    if given:
        return Finding("consent", Found.OK, f"given by {_some(given)}")
    if not withheld:
        return Finding("consent", Found.CANT_TELL, f"it has no {what}")
    return Finding("consent", Found.NOT_OK, f"none of its {what}s consents: {_some(withheld)}", write)


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
