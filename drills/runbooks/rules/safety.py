"""Actions that hurt when their condition does not hold: rollback, failover, destruction, raised access, flags."""

import re
from collections.abc import Iterator

from drills.runbooks.reading import Runbook, Step
from drills.runbooks.rules.rule import ESSAY, Around, Rule
from drills.runbooks.wording import instruction

_I = re.IGNORECASE
_ROLLBACK = re.compile(
    r"\b(?:roll(?:ing|ed)? ?back|rollback|rollout undo|revert (?:the|to|that) (?:deploy|release|version|last))", _I
)
_COMPATIBLE = {
    "schema": re.compile(r"schema|migration", _I),
    "data": re.compile(r"\bdata(?:base)?\b|\brows?\b|\bcolumns?\b", _I),
    "queues": re.compile(r"queue|message|\bjobs?\b", _I),
    "caches": re.compile(r"\bcach", _I),
    "clients": re.compile(r"\bclients?\b|consumer|\bcallers?\b|\bapps?\b", _I),
}
_CONDITION = re.compile(r"safe|only (?:if|when)|compatib|before|unless|can (?:be )?read|not if|when not", _I)
_FAILOVER = re.compile(
    r"\bfail(?:ing)?[ -]?over\b(?! (?:test|docs?|page))|\bpromote\b[^.]{0,40}(?:replica|standby"
    r"|secondary|slave|follower)|\bpg_?ctl promote\b",
    _I,
)
_AUTHORITY = re.compile(
    r"\blag\b|replication (?:state|status|delay)|caught up|in sync|\bbehind\b|split[- ]?brain|fenc"
    r"|quorum|authority|data[- ]loss"
    r"|\brpo\b|old primary|may decide|decides",
    _I,
)
_DESTROYS = re.compile(
    r"\brm\s+-\w*[rR]\w*\s|\bdrop\s+(?:table|database|schema|index|collection|keyspace)\b|\btruncate\s+(?:table\s+)?\w|"
    r"\bdelete\s+from\s+\w+(?!.*\bwhere\b)|\bkubectl\s+delete\s+(?!pods?\b)|\bflush(?:all|db)\b"
    r"|\bpurge\b[\w -]{0,20}\bqueue|"
    r"\bpurge_queue\b|\bqueue\s+purge\b|git\s+push\s+(?:-f|--force)\b|terraform\s+destroy|\bmkfs"
    r"|\bdd\s+[^`\n]*\bof=/dev|"
    r"helm\s+(?:uninstall|delete)|\bs3\s+(?:rm|rb)\s[^`\n]*(?:--recursive|--force)|volume\s+(?:rm"
    r"|prune)|system\s+prune|"
    r"\bformat\s+[a-z]:|stream\s+rm\b|\btopic\w*\s[^`\n]*--delete\b",
    _I,
)
_WARNS = re.compile(
    r"warning|caution|danger|careful|irreversible|destructive|unsafe|cannot be undone"
    r"|can't be undone|data (?:is|are) lost|lost"
    r"|data loss|\u26a0|do not|don't|never|only (?:if|when|after)",
    _I,
)
_WAY_BACK = re.compile(
    r"back ?up|snapshot|restore|restoring|undo\b(?! it)|way back|re-?creat|roll(?:ed)? ?back|revers|copy|dump"
    r"|rebuild|rebuilt|again|reprovision|replay",
    _I,
)
_RAISED = re.compile(
    r"(?<![\w-])(?:sudo|su -|doas)\s|\bas root\b|\bbecome root\b|\broot (?:shell|access|login)|superuser|cluster-admin|"
    r"\b(?:admin|administrator|elevated|privileged|emergency|production database) (?:access|rights?"
    r"|credentials?|permissions?|role)",
    _I,
)
_BREAK_GLASS = re.compile(
    r"break[- ]?glass|emergency access|just[- ]in[- ]time|\bjit\b|access (?:procedure|request)|request access", _I
)
_FLAG = re.compile(
    r"\b(?:feature|kill|ops?|operational)[- ](?:flags?|switch(?:es)?|toggles?)\b|\b(?:flip|toggle"
    r"|turn (?:on|off)|switch (?:on|off)|disable|enable) (?:the )?flag\b",
    _I,
)
_FLAG_SAYS = {
    "who owns it": re.compile(r"own(?:er|ed)|may flip|team", _I),
    "what it does": re.compile(r"effect|disables|hides|stops|means|then |so that|wait|turns? off|keeps", _I),
    "how to verify it": re.compile(r"verif|expect|check|watch|falls?\b|drops?\b|confirm|should", _I),
    "when to restore it": re.compile(
        r"restore|again|back (?:on|off)|re-?enable|revert|until|afterwards|turn (?:it )?back", _I
    ),
}
_CHANGES = re.compile(
    r"\b(?:restart|reboot|scale|add (?:a |another |more )?(?:worker|node|replica|consumer|capacity"
    r"|instance)s?|disable|turn off|shed"
    r"|throttle|rate[- ]limit|drain|failover|fail over|roll ?back|promote|flush|evict|pause|resume|redeploy|switch"
    r"|lower|raise|increase|decrease)\b",
    _I,
)
_SIGNAL = re.compile(
    r"expect|\|.+\||should|until|\bwatch|verif|confirm|check that|falls?\b|drops?\b|recovers?|signal"
    r"|->|\u2192|returns? to|must",
    _I,
)
_BY_WHEN = re.compile(
    r"\bwithin\b|\bat once\b|immediately|\bin (?:a|an|one|two|\d+|under|less)\b[^.]{0,12}(?:s\b|sec"
    r"|min|hour|m\b)|\bby \d|\d ?(?:s|m|sec|min)\w*\b|instantly|right away|minutes?|seconds?",
    _I,
)

_DESTROYERS = (
    *("rm -", "drop", "truncate", "delete", "flushall", "flushdb", "purge", "git push", "destroy", "mkfs", "of=/dev"),
    *("uninstall", "s3 r", "prune", "format ", "stream rm", "volume rm"),
)
"""At least one of these is in whatever `_DESTROYS` finds."""
_RAISERS = (
    *("sudo", "su -", "doas", "root", "superuser", "admin", "elevated", "privileged", "emergency"),
    "production database",
)
_LOOKS = re.compile(r"(?:check|verify|watch|wait|confirm|look|expect)", _I)


def _says(book: Runbook, *words: str) -> bool:
    """Is any of them anywhere? A quick look before the slow one."""
    return any(word in book.page.lowered for word in words)


def _rollback(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    if not _says(book, "roll", "revert"):
        return
    steps = [each for each in book.steps if _ROLLBACK.search(each.text)]
    if not steps:
        return
    said = [each.text for each in book.page.blocks if each.kind in {"text", "row"} and _CONDITION.search(each.text)]
    named = [name for name, words in _COMPATIBLE.items() if any(words.search(text) for text in said)]
    if len(named) < 2:
        only = f"only {named[0]}" if named else "none of them"
        yield steps[0].line, f"a rollback needs its conditions (schema, data, queues, caches, clients): {only} is named"


def _failover(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    if not _says(book, "fail", "promote"):
        return
    step = next((each for each in book.steps if _FAILOVER.search(each.text)), None)
    if step and not any(
        _AUTHORITY.search(each.text) for each in book.page.blocks if each.kind in {"text", "row", "fence"}
    ):
        yield step.line, "a failover without the replication state or the authority it needs"


def _destructive(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    if not _says(book, *_DESTROYERS):
        return
    for step in book.steps:
        found = _DESTROYS.search(step.text)
        if not found:
            continue
        near = _near(book, step)
        lacks = [what for what, words in (("a warning", _WARNS), ("a way back", _WAY_BACK)) if not words.search(near)]
        if lacks:
            yield _line_of(book, step, found[0]), f"`{found[0].strip()[:40]}` destroys, without {' and '.join(lacks)}"


def _near(book: Runbook, step: Step) -> str:
    """What a person sees beside a step: the paragraphs of its section, the unsafe actions, the step itself."""
    unsafe = book.parts["unsafe"].text if "unsafe" in book.parts else ""
    quoted = " ".join(each.text for each in book.page.blocks if each.quoted or (each.kind == "text" and not each.level))
    beside = (each.text for each in book.steps if each.section == step.section)
    return " ".join((unsafe, quoted, *beside))


def _line_of(book: Runbook, step: Step, words: str) -> int:
    first = words.split("\n", maxsplit=1)[0].strip()
    lines = book.page.lines[step.line - 1 : step.end]
    return next((number for number, line in enumerate(lines, step.line) if first and first in line), step.line)


def _raised(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    if not _says(book, *_RAISERS) or _BREAK_GLASS.search(book.page.text):
        return
    for step in book.steps:
        if found := _RAISED.search(step.text):
            told = f"`{found[0].strip()}` needs raised access; no break-glass procedure is named"
            yield _line_of(book, step, found[0]), told
            return


def _flag(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    if not _says(book, "flag", "switch", "toggle"):
        return
    for step in book.steps:
        if not _FLAG.search(step.text):
            continue
        lacks = [what for what, words in _FLAG_SAYS.items() if not words.search(_FLAG.sub(" ", step.text))]
        if lacks:
            yield step.line, f"a feature flag is used without {', '.join(lacks)}"


def _signal(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    for number, step in enumerate(book.steps):
        if not _CHANGES.match(instruction(step.title)):
            continue
        after = book.steps[number + 1].text if number + 1 < len(book.steps) else ""
        seen = f"{step.text} {after}" if _LOOKS.match(after) else step.text
        asked = (("what should get better", _SIGNAL), ("by when", _BY_WHEN))
        if lacks := [what for what, words in asked if not words.search(seen)]:
            yield step.line, f"`{step.title[:50]}` does not say {' and '.join(lacks)}"


RULES = (
    Rule(
        "rollback-without-conditions",
        "error",
        "a rollback that does not say what makes it safe",
        "The old version must still fit today's data, queues, schemas, caches and clients.",
        f"{ESSAY}: 'Rollback is powerful but often oversold'",
        "write when it is safe: only if schema, data, queued jobs, caches and clients fit the old version",
        _rollback,
    ),
    Rule(
        "failover-without-condition",
        "error",
        "a failover that does not say when it may be done",
        "A failover changes authority, and at high replication lag it spends the data-loss budget.",
        f"{ESSAY}: 'Failover has the same problem'",
        "write the replication lag that is acceptable, and who may decide to change authority",
        _failover,
    ),
    Rule(
        "mitigation-without-signal",
        "warning",
        "a mitigation without its expected signal and by when",
        "Without it a mitigation cannot be told from a coincidental graph wiggle.",
        f"{ESSAY}: 'Every mitigation should include an expected signal'",
        "end the step with: Expect WHAT within HOW LONG",
        _signal,
    ),
    Rule(
        "destructive-command",
        "error",
        "a command that destroys, without a warning and a way back",
        "The test of a mitigation is whether it is reversible, observable, and matched to the impact.",
        f"{ESSAY}: 'Mitigation is not the same as diagnosis'",
        "say before it what is lost, and name the backup, the snapshot or the command that brings it back",
        _destructive,
    ),
    Rule(
        "no-break-glass",
        "warning",
        "raised access without a break-glass procedure",
        "Safe break-glass procedures come before panic makes them up.",
        f"{ESSAY}: 'Security and reliability can collide during incidents'",
        "name the break-glass procedure and link to it",
        _raised,
    ),
    Rule(
        "flag-without-contract",
        "warning",
        "a feature flag without owner, effect, verification or restore condition",
        "A flag with no owner, no dashboard or no known rollback effect becomes another unknown.",
        f"{ESSAY}: 'Feature flags are useful only when their blast radius is understood'",
        "write who may flip it, what should happen, how to verify it, and when to restore it",
        _flag,
    ),
)
