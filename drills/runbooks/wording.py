"""The words by which parts, procedures and steps are known, whatever a team calls them."""

import re
from functools import lru_cache

PARTS = ("impact", "owner", "timeline", "unsafe", "mitigation", "communication", "evidence", "recovery")
"""The eight parts of the first screen, in its order."""

NAMES = {
    "impact": "Impact",
    "owner": "Owner",
    "timeline": "Timeline",
    "unsafe": "Unsafe actions",
    "mitigation": "Mitigation options",
    "communication": "Communication cadence",
    "evidence": "Evidence links",
    "recovery": "Recovery criteria",
}
"""What the essay calls each."""
UNWRITTEN = "Not written yet"
"""What stands in a part that was only laid out."""

_CALLED = {
    "impact": r"(?:customer |user |business |service |expected )*impact(?: assessment| on \w+)?|who is (?:hurt"
    r"|affected)"
    r"|what (?:is broken|breaks|users see|customers see)|blast radius|severity and impact|effects?",
    "owner": r"(?:service |runbook |page )?owners?(?: and contacts?| team)?|owned by|ownership|owning team|maintainers?"
    r"|maintained by|(?:responsible )?team|responsible",
    "timeline": r"time ?line(?: of events)?|chronology|what to note(?: down)?|times to note|when did it start"
    r"|log of events",
    "unsafe": r"unsafe(?: actions?)?|dangerous(?: actions?)?|(?:what )?(?:do not|don'?t|not to do|never)(?: do)?"
    r"(?: this| these)?|what not to do|cautions?|warnings?|dangers?|hands off|things to avoid|avoid",
    "mitigation": r"(?:immediate |quick |short[- ]term )?mitigations?(?: options?| steps?| actions?)?|mitigate"
    r"|remediation(?: steps?)?|resolution(?: steps?)?|resolve|(?:the |quick |how to )?fix(?:es)?(?: it| steps)?"
    r"|procedures?|steps?|actions?|what to do|response(?: steps)?|recovery (?:steps?|procedure|actions?)"
    r"|how to recover|instructions|options|workarounds?|playbook|checklist|solutions?|rollback(?: procedure| steps)?"
    r"|failover(?: procedure| steps)?|runbook steps|how ?to",
    "communication": r"communications?(?: cadence| plan)?|comms|(?:status )?updates|who to tell|whom to tell"
    r"|tell people"
    r"|notify|notifications?|stakeholders|customer communication|status page",
    "evidence": r"evidence(?: links?)?|(?:useful |relevant |key )?links?|(?:relevant |key )?dashboards?"
    r"(?: and (?:logs|alerts|links))?|graphs|logs(?: and (?:metrics|dashboards))?|metrics|where to look|observability"
    r"|monitoring|telemetry|queries",
    "recovery": r"recovery(?: criteria| checks?)?|recovered when|exit criteria|done when|(?:success"
    r"|acceptance) criteria"
    r"|how to know it is over|all clear|resolved when|verification|verify|validation|validate(?: recovery)?"
    r"|post[- ]checks?|is it over|end of incident|over when",
}
_PART = re.compile("|".join(f"(?P<{part}>{called})" for part, called in _CALLED.items()), re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?:step|phase|part|section)?\s*[0-9]+(?:\.[0-9]+)*[.):]?\s+(?:[-:\u2013\u2014]\s+)?", re.IGNORECASE
)
_EDGES = " \t*_#:.!?-\u2013\u2014\u26a0\ufe0f\U0001f6a8`"

_DOING = re.compile(
    r"(?:diagnos(?:is|tics?|e)|triage|investigation|investigate|debug(?:ging)?|troubleshooting|first (?:look|steps)"
    r"|immediate (?:actions?|response)|containment|escalation|clean ?up|maintenance|deploy|deployment|upgrade|restore"
    r"|drain|restart(?:ing)?|on call|post[- ]incident|checks?|quick checks?|manual|emergency)\b",
    re.IGNORECASE,
)
"""Headings below which numbered lists are things to do, beside those of the parts."""
_TALKING = re.compile(
    r"(?:(?:table of )?contents?|toc|references?|see also|further reading|background|history|architecture|overview"
    r"|introduction|context|design|glossary|about|(?:possible |likely |common |known |root )?causes?"
    r"|pre[- ]?requisites?"
    r"|requirements|before you (?:start|begin)|assumptions|symptoms?|change ?log|revision|related|faq|examples?|notes?"
    r"|how it works|components|contacts?|severity|lessons|postmortems?|past incidents|appendix|alerts?|who|why)\b",
    re.IGNORECASE,
)
"""Headings below which lists say what is, not what to do."""
HISTORY = re.compile(
    r"(?:architecture|background|history|overview|introduction|about|how it works|design|context|components)\b",
    re.IGNORECASE,
)
_VERBS = (
    "acknowledge add adjust allow announce apply approve ask assign attach backup block bounce bring browse bump call"
    " cancel change check clean clear click close collect compare configure confirm connect contact copy cordon create"
    " declare decide delete deploy describe detach determine disable disconnect discard do download drain drop edit"
    " enable ensure enter escalate establish evict execute expand export extend fail fetch file find fix flip flush"
    " follow force freeze get give go grant grep hold identify import increase inform inspect install invalidate"
    " isolate issue join keep kill launch let limit list log login look lower make manually mark measure mend merge"
    " message migrate mitigate modify monitor mount move name navigate note notify observe open order page pass patch"
    " pause perform pick ping place point post prepare press prevent promote provision publish pull"
    " purge push put query"
    " raise read re-enable rebalance reboot rebuild record recover recreate redeploy redirect reduce refresh refund"
    " reload remove rename renew reopen repeat replace replay report request requeue rerun reschedule reset resize"
    " resolve restart restore resume resync retry return revert review revoke roll rollback rotate route run save say"
    " scale schedule search see select send set shed shift ship show shut sign silence snapshot sort speak ssh start"
    " stop submit switch sync tag tail take talk tell test throttle toggle trace transfer trigger"
    " truncate try turn type"
    " uncordon undo unlock unmount unset update upgrade upload use validate verify view visit wait warn watch write"
)
_VERB = frozenset(_VERBS.split())
_FIRST_WORD = re.compile(r"[A-Za-z]+(?:-[a-z]+)?")
_BEFORE_A_VERB = re.compile(
    r"(?:(?:first|then|next|now|finally|otherwise|optionally|optional|please|carefully|always|also|immediately|quickly"
    r"|(?:if|when|once|after|before|as|on|in|for|from|to|with|at|until|unless|while|using)\b[^,:.]{1,80}[,:]?)[,: ]+)+",
    re.IGNORECASE,
)


def bare(name: str) -> str:
    """A heading without its number, marks and ornaments."""
    name = name.strip(_EDGES)
    return _NUMBERED.sub("", name, count=1).strip(_EDGES)


@lru_cache(maxsize=4096)
def part_named(name: str) -> str:
    """The part that a heading or label stands for; empty: none."""
    found = _PART.fullmatch(bare(name).partition(" (")[0].strip(_EDGES)) if len(name) < 80 else None
    return str(found.lastgroup) if found else ""


@lru_cache(maxsize=4096)
def says_to_do(heading: str) -> bool:
    """Is what stands below it done?"""
    name = bare(heading)
    if part_named(name) == "mitigation" or _DOING.match(name):
        return True
    return starts_with_a_verb(name) and not says_what_is(name) and not part_named(name)


@lru_cache(maxsize=4096)
def says_what_is(heading: str) -> bool:
    """Is what stands below it only read?"""
    return bool(_TALKING.match(bare(heading)))


def starts_with_a_verb(text: str) -> bool:
    """Is it an instruction?"""
    return _verb_first(instruction(text))


def _verb_first(text: str) -> bool:
    found = _FIRST_WORD.match(text)
    return found is not None and (found[0].lower() in _VERB or found[0].partition("-")[0].lower() in _VERB)


def instruction(text: str) -> str:
    """Without what stands before its verb, such as a condition or the number of a row."""
    text = text.lstrip("*_~ \"'([|0123456789.\u2610\u2714\u2705")
    if _verb_first(text):
        return text
    before = _BEFORE_A_VERB.match(text)
    return text[before.end() :] if before else text
