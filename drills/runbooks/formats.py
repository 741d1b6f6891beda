"""Findings as text for a person, JSON for a program, SARIF for a code host, commands for a GitHub workflow."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from drills.runbooks.checking import EVERY_RULE
from drills.runbooks.rules import Finding

_RULES = {each.id: each for each in EVERY_RULE}
_LEVELS = {"error": "error", "warning": "warning", "notice": "note"}
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def text(findings: Sequence[Finding]) -> Iterator[str]:
    """A line for each, then once for each rule why it is one and how to mend it."""
    for each in findings:
        yield f"{each.path}:{each.line}: {each.severity}: {each.rule}: {each.message}"
    if findings:
        yield ""
    for rule in (each for each in EVERY_RULE if any(found.rule == each.id for found in findings)):
        yield f"{rule.id}: {rule.why}"
        yield f"  source: {rule.source}"
        yield f"  mend: {rule.mend}"


def as_json(findings: Sequence[Finding]) -> str:
    """A list of maps."""
    rows = [{**asdict(each), "why": _RULES[each.rule].why, "source": _RULES[each.rule].source} for each in findings]
    return json.dumps(rows, indent=2)


def github(findings: Sequence[Finding]) -> Iterator[str]:
    """Workflow commands; the runner shows each beside its line."""
    for each in findings:
        file = each.path.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
        told = f"{each.rule}: {each.message}; {each.mend}"
        told = told.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        yield f"::{each.severity} file={file},line={each.line}::{told}"


def sarif(findings: Sequence[Finding], version: str) -> str:
    """SARIF 2.1.0: one run, every rule, the results in order."""
    numbers = {each.id: number for number, each in enumerate(EVERY_RULE)}
    driver = {"name": "gameday", "version": version, "rules": [_sarif_rule(each) for each in _RULES]}
    results = [_sarif_result(each, numbers[each.rule]) for each in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SARIF, "version": "2.1.0", "runs": [run]}, indent=2)


def _sarif_rule(name: str) -> dict[str, Any]:
    rule = _RULES[name]
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.says},
        "fullDescription": {"text": f"{rule.why} ({rule.source})"},
        "help": {"text": rule.mend},
        "defaultConfiguration": {"enabled": rule.severity != "off", "level": _LEVELS.get(rule.severity, "none")},
    }


def _sarif_result(finding: Finding, number: int) -> dict[str, Any]:
    where = {"artifactLocation": {"uri": _uri(finding.path)}, "region": {"startLine": finding.line}}
    return {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}; {finding.mend}"},
        "locations": [{"physicalLocation": where}],
    }


def _uri(path: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - only SARIF wants it

    return quote(path)
