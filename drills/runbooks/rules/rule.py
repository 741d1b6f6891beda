"""What a rule is: it looks at one runbook that was read, and says on which lines something is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from drills.runbooks.reading import Runbook

Severity = Literal["error", "warning", "notice", "off"]
ESSAY = "The anatomy of an outage"
"""The essay that gameday follows; a source names the paragraph by its first words."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a rule may know beside the page."""

    teams: frozenset[str] = frozenset()
    """Of gameday.yaml; empty: any name is a team."""
    retired: tuple[str, ...] = ()
    """Beginnings of addresses that lead nowhere any more."""
    linked: frozenset[str] | None = None
    """The pages that alerts lead to; None: no alerts are known."""
    alerts: frozenset[str] = frozenset()
    """The names of the alerts."""
    anchors: dict[Path, frozenset[str] | None] = field(default_factory=dict)
    """Of pages that were linked to, so that each is read once; None: there is no such file."""
    programs: dict[str, bool] = field(default_factory=dict)
    """Whether a program was found on the path, looked for once."""


Look = Callable[[Runbook, Around], Iterator[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that makes a runbook fail at night."""

    id: str
    severity: Severity
    """Unless gameday.yaml says otherwise."""
    says: str
    """What is wrong, in a few words."""
    why: str
    source: str
    mend: str
    look: Look


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One place where a rule does not hold."""

    path: str
    line: int
    rule: str
    message: str
    severity: Severity = field(compare=False)
    mend: str = field(compare=False)
