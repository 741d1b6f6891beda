"""Every rule of `gameday runbook check`; docs/reference/runbook-rules.md is written from this table."""

from drills.runbooks.rules import links, safety, screen, steps, text
from drills.runbooks.rules.rule import Around, Finding, Rule, Severity

__all__ = ["RULES", "Around", "Finding", "Rule", "Severity"]

RULES: tuple[Rule, ...] = (*screen.RULES, *safety.RULES, *steps.RULES, *links.RULES, *text.RULES)
