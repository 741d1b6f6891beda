"""Runs the rules over files and folders: the same findings in the same order each time. Runs nothing they name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os.path import relpath
from pathlib import Path

from drills.runbooks.alerts import Alert, alerts_of
from drills.runbooks.reading import BYTES, FILES, Runbook, RunbookError, parse, text_of
from drills.runbooks.rules import RULES, Around, Finding, Rule, Severity
from scenarios import Workspace
from scenarios.suggest import for_name

FINDINGS = 200
"""Told of one page."""
DEEP = 8
"""Folders within folders."""
UNREADABLE = Rule(
    "unreadable",
    "error",
    "a file that cannot be read",
    f"What cannot be opened helps nobody; a page of more than {BYTES} bytes is no page.",
    "gameday",
    "give it back its rights, or split it",
    lambda book, around: iter(()),  # noqa: ARG005 - found before there is a page to look at
)
NO_RUNBOOK = Rule(
    "alert-without-runbook",
    "warning",
    "an alert that leads to no runbook, or to a page that is not there",
    "It wakes somebody and leaves them alone: an alert is added with its owner and its runbook link.",
    "The anatomy of an outage: 'Action items should be boring enough to finish'",
    "add the annotation `runbook_url`, with the page's file name at its end",
    lambda book, around: iter(()),  # noqa: ARG005 - it is about an alert, not about a page
)
EVERY_RULE = (*RULES, NO_RUNBOOK, UNREADABLE)


@dataclass(frozen=True, slots=True)
class Ruling:
    """Which rules hold, how bad each is, and what is known beside the pages."""

    severities: Mapping[str, Severity] = field(default_factory=dict)
    around: Around = field(default_factory=Around)
    alerts: tuple[Alert, ...] = ()

    def severity(self, rule: Rule) -> Severity:
        """As gameday.yaml says, or as the rule itself does."""
        return self.severities.get(rule.id, rule.severity)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, and in how many files it was looked for."""

    files: int
    findings: tuple[Finding, ...]


def ruling_of(workspace: Workspace | None) -> Ruling:
    """What gameday.yaml says of the rules. Raises `RunbookError` for a rule that does not exist."""
    if workspace is None:
        return Ruling()
    known = {each.id for each in EVERY_RULE}
    settings = workspace.runbook_check
    for name in settings.rules:
        if name not in known:
            raise RunbookError(f"{workspace.path}: runbook_check.rules: no rule {name!r}: {for_name(name, known)}")
    alerts = alerts_of(workspace.folder, settings.alert_rules)
    around = Around(
        frozenset(workspace.teams),
        tuple(settings.retired),
        frozenset(each.page for each in alerts) if settings.alert_rules else None,
        frozenset(each.name for each in alerts),
    )
    return Ruling(dict(settings.rules), around, alerts)


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files themselves, and every `*.md` in the folders, in the order of their names. Raises `RunbookError`."""
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise RunbookError(f"{path}: there is no such file or folder")
        for each in sorted(_pages(path, DEEP)) if path.is_dir() else (path,):
            found[each] = None
            if len(found) > FILES * 5:
                raise RunbookError(f"{path}: more than {FILES * 5} runbooks are not checked at once: name fewer")
    return list(found)


def _pages(folder: Path, deep: int) -> Iterator[Path]:
    try:
        inside = list(folder.iterdir())
    except OSError as wrong:
        raise RunbookError(f"{folder}: cannot be read ({wrong.strerror})") from wrong
    for each in inside:
        if each.suffix == ".md" and not each.is_dir():
            yield each
        elif deep and each.is_dir() and not each.is_symlink() and not each.name.startswith("."):
            yield from _pages(each, deep - 1)


def check(paths: Sequence[Path], ruling: Ruling, start: Path) -> Checked:
    """Check them all; paths are told as seen from `start`."""
    findings: list[Finding] = []
    folders: dict[Path, str] = {}
    for path in paths:
        if path.parent not in folders:
            folders[path.parent] = Path(relpath(path.parent, start)).as_posix()
        above = folders[path.parent]
        told = path.name if above == "." else f"{above}/{path.name}"
        try:
            book = parse(path.stem, path, text_of(path))
        except RunbookError as wrong:
            findings += _finding(UNREADABLE, ruling, told, 1, str(wrong))
            continue
        findings += check_one(book, ruling, told)
    findings += _alone(ruling, {each.stem for each in paths}, start)
    return Checked(len(paths), tuple(findings))


def _alone(ruling: Ruling, pages: set[str], start: Path) -> Iterator[Finding]:
    """Alerts that lead to no page; what another site holds under an address without `.md` cannot be seen from here."""
    for alert in ruling.alerts:
        told = Path(relpath(alert.path, start)).as_posix()
        if not alert.runbook:
            yield from _finding(NO_RUNBOOK, ruling, told, alert.line, f"`{alert.name[:60]}` leads to no runbook")
        elif alert.is_markdown and alert.page not in pages:
            said = f"`{alert.name[:60]}` leads to `{alert.page[:60]}`, which is none of the runbooks checked"
            yield from _finding(NO_RUNBOOK, ruling, told, alert.line, said)


def check_one(book: Runbook, ruling: Ruling, told: str) -> list[Finding]:
    """The findings of one page, by line; it is looked at and not changed."""
    found = (
        each
        for rule in RULES
        if ruling.severity(rule) != "off"
        for line, message in rule.look(book, ruling.around)
        for each in _finding(rule, ruling, told, line, message)
    )
    return sorted(found)[:FINDINGS]


def _finding(rule: Rule, ruling: Ruling, told: str, line: int, message: str) -> Iterator[Finding]:
    severity = ruling.severity(rule)
    if severity != "off":
        yield Finding(told, line, rule.id, message, severity, rule.mend)
