"""Steps that cannot be followed: vague ones, none at all, too many, and programs that are not there."""

import re
import shutil
from collections.abc import Iterator

from drills.runbooks.reading import STEPS, Runbook
from drills.runbooks.rules.rule import ESSAY, Around, Rule

_VAGUE = re.compile(
    r"(?:please )?(?:check|verify|investigate|look (?:at|into|for)|monitor|fix|debug|ensure"
    r"|make sure|resolve|review|inspect"
    r"|troubleshoot|analy[sz]e|handle|examine|take care of|deal with|observe|diagnose)\b(?P<rest>.*)",
    re.IGNORECASE,
)
_PRECISE = re.compile(
    r"`|\]\(|https?://|[0-9]|\bexpect|\buntil\b|\"|\bfor\b.*\bthen\b|\bwhether\b|\bthat\b|\bif\b|\bwhen\b|\bwhich\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][\w.+-]*")
_ASSIGNS = re.compile(r"(?:[A-Za-z_]\w*=\S*\s+)+")
_BUILT_IN = re.compile(
    "alias|bg|break|case|cd|command|continue|do|doas|done|echo|elif|else|esac|eval|exec|exit|export|false|fg|fi|for"
    "|function|if|in|jobs|kill|let|local|printf|pwd|read|return|set|shift|source|sudo|test|then|time|trap|true|type"
    "|ulimit|umask|unset|until|wait|while"
)
_SHELLS = {"", "sh", "bash", "shell", "zsh", "console"}
WORDS = 7


def _vague(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    for step in book.steps:
        found = _VAGUE.match(step.text)
        if found and not step.commands and len(step.text.split()) <= WORDS and not _PRECISE.search(step.text):
            yield step.line, f"`{step.text[:60]}` does not say where, with what, and what is good"


def _none(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    if not book.steps:
        yield 1, "no step was found: nothing here can be tried in a drill"


def _many(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    if book.more_steps:
        yield book.steps[-1].end, f"{book.more_steps} steps beyond the first {STEPS} are not read: split it"


def _programs(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    for step in book.steps:
        for command in step.commands:
            name = _ASSIGNS.sub("", command.text.removeprefix("sudo ")).split(" ")[0] if command.fenced else ""
            if not _WORD.fullmatch(name) or _BUILT_IN.fullmatch(name) or command.language not in _SHELLS:
                continue
            if name not in around.programs:
                around.programs[name] = shutil.which(name) is not None
            if not around.programs[name]:
                yield command.line, f"`{name[:40]}` is not on the path here"


RULES = (
    Rule(
        "vague-step",
        "warning",
        "a step that everybody does differently",
        "Reading comprehension fails first: a tired person needs the query, the place and the answer that is good.",
        f"{ESSAY}: 'Human fatigue changes technical risk'",
        "name the command, query or board, and what it shows when all is well",
        _vague,
    ),
    Rule(
        "no-steps",
        "notice",
        "no step at all",
        "What has no steps can be neither tried nor proven.",
        f"{ESSAY}: 'Another pattern is runbook rot'",
        "write what to do as a numbered list",
        _none,
    ),
    Rule(
        "too-many-steps",
        "error",
        "more steps than are read",
        "Deeper procedures can live elsewhere.",
        f"{ESSAY}: 'A practical outage runbook should fit on one screen'",
        "split the page, one procedure each",
        _many,
    ),
    Rule(
        "command-not-found",
        "off",
        "a program that is not on the path of this machine",
        "The command still exists, or does it? Switch it on where the runbook is worked from; nothing is ever run.",
        f"{ESSAY}: 'Another pattern is runbook rot'",
        "install it where people work, or name the program that took its place",
        _programs,
    ),
)
