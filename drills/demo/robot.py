"""A robot on call: sees its pager, the shop's addresses and the runbooks, and says what it does by `gameday` commands.

It is no part of gameday and knows no scenario: it is what a hasty person might do at three in the morning. It follows
the runbook that the alert links to, step by step, and stops at the first sign of recovery.
Use: robot.py DRILL SERVICE GAMEDAY..., in the workspace, with the shop's addresses in its environment.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

EVERY = 0.25
PATIENCE = 120.0
"""Seconds it waits for its pager; then its shift is over."""
STEP_LIMIT = 10.0
SIGNAL_LIMIT = 4.0
"""Seconds it waits after a step that mends for the alert to end."""
_STEP = re.compile(r"^(\d+)\.\s+(.*(?:\n {3,}\S.*)*)", re.MULTILINE)
_PART = re.compile(r"\*\*(?P<name>[A-Z][^*]*?)\.\*\*\s+(?P<text>.*?)(?=\n\n|\Z)", re.DOTALL)
_SIGNAL = re.compile(r"Signal: `(?P<probe>[^`]+)` within (?P<by>\d+s)")
_PLACEHOLDER = re.compile(r"(?<![$\w])(?:NAME|HOST|ID|<[a-z-]+>)(?!\w)")
_STATES = {"slow": "slow", "down": "down", "delayed": "degraded", "missing": "degraded", "failing": "degraded"}
_RISKS = {"twice": "duplicates", "late": "delayed", "lost": "lost-writes", "stale": "stale-reads"}


@dataclass(frozen=True)
class Step:
    """One numbered step of a runbook, as a person reads it."""

    number: str
    text: str

    @property
    def commands(self) -> list[str]:
        """What it says to type, without what it says to expect."""
        told = self.text.partition("Expect")[0]
        return [each for each in re.findall(r"`([^`]+)`", told) if " " in each or each.startswith("shop/")]

    @property
    def expected(self) -> list[str]:
        """The words that should be in the answer."""
        told = self.text.partition("Expect")[2].partition("Signal:")[0]
        return re.findall(r"`([^`]+)`", told)

    @property
    def signal(self) -> "re.Match[str] | None":
        """The probe that should become good, and by when; only steps that mend have one."""
        return _SIGNAL.search(self.text)


class Robot:
    """One shift on call for one service."""

    def __init__(self, drill: str, service: str, gameday: list[str]) -> None:
        self.drill, self.service, self.gameday = drill, service, gameday
        self.monitor = os.environ["MONITOR"]
        self.before: set[str] = set()

    def shift(self) -> None:
        """Join, wait for the pager, work, leave."""
        self.before = set(self.firing())
        self.say("join", "--as", "on-call", "--role", "commander", "--robot")
        alert = self.wait_for_the_pager()
        if alert is None:
            return
        self.work(alert)

    def work(self, alert: dict[str, Any]) -> None:
        """What it does once it was paged."""
        name, summary = alert["labels"]["alertname"], alert["annotations"]["summary"]
        self.mark("observation", f"paged: {name}: {summary}")
        self.say("declare", "incident", f"{name} pages the on-call of {self.service}")
        url = alert["annotations"]["runbook_url"]
        runbook, book = url.rpartition("/")[2].removesuffix(".md"), get(url).decode()
        self.share_a_picture(summary, runbook, dict(_PART.findall(book)), alert["labels"].get("region"))
        for number, text in _STEP.findall(book):
            if not self.still_fires(alert):
                break
            self.try_step(runbook, Step(number, " ".join(text.split())), alert)
        self.wait_until_over(alert, PATIENCE)
        self.mark(
            "update",
            f"{name} is over",
            *("--known", f"{name} does not fire any more", "--unknown", "why it began"),
            *("--decides", "on-call", "--next", "15m"),
        )
        self.say("declare", "recovered", "the alert is green again")

    def share_a_picture(self, summary: str, runbook: str, parts: dict[str, str], region: str | None) -> None:
        """Say what it believes; nobody else is there to share it."""
        impact = " ".join(parts.get("Impact", "").split())
        states = [state for word, state in _STATES.items() if word in summary.lower()]
        risks = [risk for word, risk in _RISKS.items() if word in summary.lower()]
        harmed = f"{region}-web" if region else "mail-confirmations"
        unsafe = re.split(r"(?<=\.)\s", " ".join(parts.get("Unsafe actions", "none").split()))[0].rstrip(".")
        self.say(
            "picture",
            "set",
            *("--journey", impact.partition(".")[0] or summary, "--state", states[0] if states else "degraded"),
            *("--data-risk", risks[0] if risks else "none", "--harmed", harmed, "--safe", "us-web"),
            *("--hypothesis", f"what {runbook} is about", "--unsafe", unsafe or "none"),
            *("--next", f"follow the runbook {runbook}"),
        )

    def try_step(self, runbook: str, step: Step, alert: dict[str, Any]) -> None:
        """Type what the step says, and say whether it did what it promises."""
        if not step.commands:
            return
        unclear = [each for each in step.commands if _PLACEHOLDER.search(each)]
        if unclear:
            word = _PLACEHOLDER.search(unclear[0])
            note = f"it does not say what to put for {word.group() if word else '?'}"
            self.say("step", runbook, step.number, "unclear", note, "--why", "assumption")
            return
        signal = step.signal
        if signal:
            wanted = ("--expect", signal["probe"], "--by", signal["by"], "--undo", "stop following the runbook")
            self.mark("action", step.commands[0], "--for", "mitigation", *wanted, "--protects", self.service)
        self.report(runbook, step, [run(command) for command in step.commands])
        if signal:
            self.wait_until_over(alert, SIGNAL_LIMIT)

    def report(self, runbook: str, step: Step, answers: list[tuple[int, str]]) -> None:
        """One verdict for one step."""
        said = "\n".join(answer for _, answer in answers)
        verdict: tuple[str, ...] = ("worked",)
        for code, answer in answers:
            last = answer.strip().rpartition("\n")[2][:200]
            if code == 127:
                verdict = ("failed", f"no such command: {last}", "--why", "gone")
            elif code == 126:
                verdict = ("failed", f"not allowed: {last}", "--why", "permission")
            elif code:
                verdict = ("failed", f"exit code {code}: {last}", "--why", "other")
        if verdict == ("worked",) and step.expected and not any(each in said for each in step.expected):
            verdict = ("deviated", f"its answer does not say {step.expected[0]}", "--why", "assumption")
        self.say("step", runbook, step.number, *verdict)

    def wait_for_the_pager(self) -> dict[str, Any] | None:
        """The first page for its service that began on its shift; an alert that pages nobody is not seen."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for fingerprint, alert in self.firing().items():
                labels = alert["labels"]
                mine = labels.get("service") == self.service and labels.get("severity") == "page"
                if mine and fingerprint not in self.before:
                    return alert
            time.sleep(EVERY)
        return None

    def wait_until_over(self, alert: dict[str, Any], seconds: float) -> None:
        """Look at the pager until the alert is gone."""
        until = time.monotonic() + seconds
        while self.still_fires(alert) and time.monotonic() < until:
            time.sleep(EVERY)

    def still_fires(self, alert: dict[str, Any]) -> bool:
        """Is it still on the pager?"""
        return alert["fingerprint"] in self.firing()

    def firing(self) -> dict[str, dict[str, Any]]:
        """What the pager shows."""
        try:
            listed = json.loads(get(f"{self.monitor}/api/v2/alerts"))
        except (OSError, ValueError):
            return {}
        return {each["fingerprint"]: each for each in listed}

    def mark(self, kind: str, text: str, *options: str) -> None:
        """Put one mark on the timeline."""
        self.say("mark", kind, text, *options)

    def say(self, *words: str) -> None:
        """One `gameday` command, as a person would type it."""
        who = () if words[0] == "join" else ("--as", "on-call")
        command = [*self.gameday, *words, *who, "--drill", self.drill]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        if done.returncode:
            raise Silenced(f"{' '.join(words[:2])}: {done.stderr.strip()}")


class Silenced(Exception):
    """Its words were refused: most likely the drill is over."""


def run(command: str) -> tuple[int, str]:
    """Type one command into a shell, as the runbook has it; its exit code and all it printed."""
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            capture_output=True,
            text=True,
            timeout=STEP_LIMIT,
            check=False,
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        return 124, f"no answer within {STEP_LIMIT:.0f} s"
    return done.returncode, done.stdout + done.stderr


def get(url: str) -> bytes:
    """Fetch one page. Raises `OSError`."""
    with urllib.request.urlopen(url, timeout=3) as answer:  # noqa: S310 - an address of the shop
        body: bytes = answer.read()
    return body


def main() -> None:
    """Work one shift."""
    try:
        Robot(sys.argv[1], sys.argv[2], sys.argv[3:]).shift()
    except Silenced as end:
        sys.exit(f"robot: {end}")
    except (OSError, subprocess.TimeoutExpired) as wrong:
        sys.exit(f"robot: {wrong}")


if __name__ == "__main__":
    main()
