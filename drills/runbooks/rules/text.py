"""What must not stand in the text: credentials, and words that wait to be replaced."""

import re
from collections.abc import Iterator

from drills.runbooks.reading import Runbook
from drills.runbooks.rules.rule import ESSAY, Around, Rule

_CREDENTIAL = re.compile(
    r"(?P<aws>\b(?:AKIA|ASIA)[0-9A-Z]{16}\b)"
    r"|(?P<key>-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----)"
    r"|(?P<token>\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|xox[abpr]-[\w-]{10,}|glpat-[\w-]{18,}|sk_live_\w{16,}))"
    r"|(?P<jwt>\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})"
    r"|://[^\s/:@`]{1,64}:(?P<url>[^\s/@`]{3,64})@"
    r"|(?i:\b(?:password|passwd|pwd|secret|api[_-]?key|token|pgpassword)\b[\"']?\s*[=:]\s*)(?P<word>[\"']?[^\s`\"',;)]{6,})"
)
_NO_SECRET = re.compile(
    r"[\"']?(?:\$|<|\{|%|\*{3}|x{3}|\.{3}|see\b|from\b|vault|the\b|ask\b|your|\[|env|file|redacted|example|none|stored|kept|changeme)"
    r"|[\"']?[A-Za-z]+[\"']?$|[\"']?(?:https?:|/)",
    re.IGNORECASE,
)
_LEFT = re.compile(
    r"\b(?:TODO|TBD|TBA|FIXME|XXX)\b|(?<![\w-])x{3,}(?![\w-])|\?{3,}|\[(?:TODO|insert|fill in|your)[^\]]*\](?!\()"
    r"|<(?:TODO|insert|fill[ -]in)[^>]*>|lorem ipsum|\b[Tt]o be (?:written|defined|determined|documented)\b"
    r"|\b[Cc]oming soon\b|\bchange-?me\b|\bYOUR[_-][A-Z_]+[_-]HERE\b"
)


_MAY_BE_ONE = (
    *("akia", "asia", "private key-", "gh", "github_pat", "xox", "glpat", "sk_live", "eyj", "@", "password", "passwd"),
    *("pwd", "secret", "api", "token"),
)
_MAY_BE_LEFT = (
    *(
        "todo",
        "tbd",
        "tba",
        "fixme",
        "xxx",
        "???",
        "[insert",
        "[fill",
        "[your",
        "<insert",
        "<fill",
        "lorem",
        "changeme",
    ),
    *("to be written", "to be de", "to be do", "coming soon", "change-me", "your_", "your-"),
)


def _credentials(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    if not any(each in book.page.lowered for each in _MAY_BE_ONE):
        return
    for number, line in enumerate(book.page.lines, 1):
        for found in _CREDENTIAL.finditer(line):
            value = found["word"] or found["url"] or ""
            if value and _NO_SECRET.match(value):
                continue
            kind = {"aws": "an access key", "key": "a private key", "jwt": "a signed token", "token": "a token"}
            yield number, f"looks like {kind.get(found.lastgroup or '', 'a password')} (not repeated here)"


def _left(book: Runbook, around: Around) -> Iterator[tuple[int, str]]:
    del around
    if not any(each in book.page.lowered for each in _MAY_BE_LEFT) or not _LEFT.search(book.page.text):
        return
    hidden = {n for each in book.page.blocks if each.kind == "html" for n in range(each.line, each.end + 1)}
    for number, line in enumerate(book.page.lines, 1):
        if number not in hidden and (found := _LEFT.search(line)):
            yield number, f"`{found[0][:40]}` waits to be replaced"


RULES = (
    Rule(
        "credentials",
        "error",
        "a secret in the text",
        "A runbook is read by many and kept for ever; reliability work that depends on unsafe access is incomplete.",
        f"{ESSAY}: 'Security and reliability can collide during incidents'",
        "take it out, change it where it is valid, and write where it is kept instead",
        _credentials,
    ),
    Rule(
        "placeholder",
        "warning",
        "something that waits to be replaced",
        "At three in the morning nobody knows what was meant to stand there.",
        f"{ESSAY}: 'A practical outage runbook should fit on one screen'",
        "write it, or take the sentence out; `<host>` and `$HOST` in a command are fine",
        _left,
    ),
)
