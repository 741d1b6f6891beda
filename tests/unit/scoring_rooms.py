"""Drills with people in them for the tests of scoring: seconds count from the confirmed effect, as the results do."""

from typing import Any, Self

from scoring_timelines import Timeline, ns

from scoring.result import Unknown
from scoring.rubric import (
    AlertLimit,
    ContainmentLimit,
    NoticedLimit,
    RecoveryLimit,
    RelapseLimit,
    Rubric,
    RunbookStepsLimit,
    SharedPictureLimit,
    UpdatesLimit,
)
from scoring.scorecard import Row
from scoring.timeline import ACK, DECLARATION, FAULT, MARK, MESSAGE, PERSON, PICTURE, PROBE, SEVERITY, STEP
from scoring.wording import result_words

KEY = {
    "journey": "a customer pays for a basket",
    "state": "slow",
    "data_risk": ["duplicates"],
    "harmed": ["eu-web"],
    "safe": ["us-web"],
    "cause": ["payments-db latency", "slow database"],
    "unsafe_actions": [{"text": "raise the pool size", "probe": "pool-small"}, {"text": "fail over payments-db"}],
    "runbook": "checkout-slow",
}
PAYMENTS = Rubric(
    steady_state=("eu-pays",),
    time_limit=1500,
    alert=AlertLimit("CheckoutSlow", 120, says=("checkout", "slow")),
    noticed=NoticedLimit(240),
    shared_picture=SharedPictureLimit(600),
    containment=ContainmentLimit(600, "errors", "up", 30),
    recovery=RecoveryLimit(1200, negative_checks=("no-duplicates",), watch=60),
    updates=UpdatesLimit(600),
    runbook_steps=RunbookStepsLimit(1.0),
    relapse=RelapseLimit(60, 300),
    answer=KEY,
    cohorts=("eu-web", "us-web", "eu-browse"),
    steps={"1": "Look at the time per call", "2": "Drain the pool", "3": "Page the owner"},
)
TRUE = {
    "journey": "customers cannot pay for their baskets",
    "state": "slow",
    "data_risk": ["duplicates"],
    "harmed": ["eu-web"],
    "safe": ["us-web"],
    "hypothesis": "payments-db latency is high",
    "unsafe": ["raise the pool size", "fail over the payments-db"],
    "next": "shed load, or queue the payments",
}


class Drill(Timeline):
    """What people do, told one thing a line."""

    def begin(self, **more: Any) -> Self:
        """Started at -20, the alert source listens, the injecting call at -2, the effect at 0; nothing has ended."""
        self.started()
        self.entries[-1] = self._at(self.entries[-1], -20, more)
        return self.source(-19).fault(-3, "prepared").fault(-2, "injecting").fault(0, "active")

    def _at(self, entry: Any, at: float, more: dict[str, Any]) -> Any:
        return type(entry)(entry.seq, ns(at), entry.kind, entry.by, entry.audience, {**entry.body, **more})

    def clear(self, at: float, by: str = "us", why: str = "its duration is over") -> Self:
        """We revert a second before it is confirmed; nobody else does."""
        if by in ("us", "guard"):
            self.fault(at - 1, "reverting")
        self.fault(at, "clear", by=by)
        self.entries[-1].body["why"] = why
        return self

    def again(self, at: float, felt: float | None, cleared: float) -> Self:
        """The relapse."""
        for when, phase in ((at, "injecting"), (felt, "active"), (cleared - 1, "reverting"), (cleared, "clear")):
            if when is not None:
                self.fault(when, phase)
                self.entries[-1].body["relapse"] = True
        return self

    def person(self, at: float, kind: str, name: str, body: dict[str, Any], noticed: float | None = None) -> Self:
        shared = {"noticed_at": None if noticed is None else ns(noticed), "evidence": [], "corrects": None}
        return self.add(at, kind, {**shared, **body}, by=name)

    def join(self, at: float, name: str, role: str = "specialist", **more: Any) -> Self:
        return self.person(at, PERSON, name, {"person": name, "role": role, "state": "joined", "robot": False, **more})

    def leave(self, at: float, name: str) -> Self:
        return self.person(at, PERSON, name, {"person": name, "role": "", "state": "left", "robot": False})

    def team(self, at: float = -10, *names: str) -> Self:
        for name in names or ("ana", "li", "jo"):
            self.join(at, name)
        return self

    def mark(self, at: float, name: str, kind: str, text: str, noticed: float | None = None, **more: Any) -> Self:
        return self.person(at, MARK, name, {"mark": kind, "text": text, **more}, noticed)

    def act(self, at: float, name: str, text: str, purpose: str | None = None, **more: Any) -> Self:
        body = {"purpose": purpose, "expect": None, "by": None, "undo": None, "protects": None, **more}
        return self.mark(at, name, "action", text, **body)

    def update(self, at: float, name: str, following: float | None = 600, **more: Any) -> Self:
        body = {"known": "eu pays slowly", "unknown": "why", "decides": "ana", "next": following, **more}
        return self.mark(at, name, "update", "where we stand", **body)

    def picture(self, at: float, name: str, revision: int = 1, **changed: Any) -> Self:
        body = {**TRUE, **changed}
        missing = [part for part, said in body.items() if said is None]
        return self.person(at, PICTURE, name, {"revision": revision, **body, "missing": missing})

    def ack(self, at: float, name: str, revision: int = 1, *, agrees: bool = True) -> Self:
        return self.person(at, ACK, name, {"revision": revision, "agrees": agrees, "text": ""})

    def declare(self, at: float, name: str, what: str, noticed: float | None = None) -> Self:
        return self.person(at, DECLARATION, name, {"declares": what, "text": ""}, noticed)

    def severity(self, at: float, name: str, level: int) -> Self:
        return self.person(at, SEVERITY, name, {"severity": level, "text": "so it is"})

    def step(self, at: float, name: str, step: int, verdict: str, why: str | None = None, **more: Any) -> Self:
        body = {"runbook": "checkout-slow", "step": step, "title": f"step {step}", "text_hash": "0" * 64}
        return self.person(at, STEP, name, {**body, "verdict": verdict, "why": why, "text": "", **more})

    def hint(self, at: float, *gives: str, message: str = "look-downstream") -> Self:
        body = {"message": message, "sender": "support", "to": [], "text": "?", "gives_away": list(gives)}
        return self.add(at, MESSAGE, body)

    def see(self, at: float, probe: str, good: bool | None, value: Any = None, cohort: str | None = None) -> Self:  # noqa: FBT001 - reads as a word
        stamps = {"looked_at": ns(at - 0.1), "looked_before": ns(at - 5)}
        return self.add(
            at, PROBE, {"probe": probe, "good": good, "why": "", "value": value, "cohort": cohort, **stamps}
        )

    def harm(self, values: dict[float, float], probe: str = "errors", below: float = 5) -> Self:
        """The looks at a probe whose value gets worse upwards."""
        for at, value in values.items():
            self.see(at, probe, value < below, value)
        return self

    def withdraw(self, at: float, name: str, seq: int) -> Self:
        return self.person(at, MARK, name, {"mark": "guess", "text": "", "corrects": seq})

    def rows(self) -> dict[str, Row]:
        return {row.measure: row for row in self.card().rows if not row.about}

    def worked(self) -> dict[str, str]:
        """Each row in one phrase: what was found and what it means; for unknown the reason."""
        return {name: phrase(row) for name, row in self.rows().items()}


def phrase(row: Row) -> str:
    if isinstance(row.result, Unknown):
        return f"{row.verdict}: {row.result.why}"
    return f"{result_words(row.result)} {row.verdict}"


def drill(rubric: Rubric = PAYMENTS, **more: Any) -> Drill:
    return Drill(rubric).begin(**more)


def fault_of(seconds: float, by: str = "us", rubric: Rubric = PAYMENTS) -> Drill:
    """A drill whose fault lasts that long."""
    return drill(rubric).clear(seconds, by)


__all__ = ["FAULT", "KEY", "PAYMENTS", "TRUE", "Drill", "drill", "fault_of", "phrase"]
