"""Turns what happened in the engine into timeline entries, in the words of `scoring.timeline`. Decides nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from drills.engine.clock import Clock
from drills.engine.ending import Result
from drills.engine.faults import RELAPSE
from drills.engine.looking import Look
from drills.engine.recorder import Evidence, Recorder
from drills.engine.wishes import Stop
from drills.plan import Plan
from drills.signals.contract import Alert
from drills.store import DrillRow
from injectors.contract import Change
from scenarios.scenario import Message, Tabletop
from scoring import facts, timeline


class Narrator:
    """One sentence a method."""

    def __init__(self, recorder: Recorder, clock: Clock, plan: Plan) -> None:
        self._recorder = recorder
        self._clock = clock
        self._plan = plan
        self._before: dict[str, float] = {}

    def started(self, at: float, drill: str, *, part_of: str = "") -> None:
        """First of all entries: the rubric travels with it, so that the drill can be scored again in years."""
        scenario = self._plan.scenario
        body: dict[str, Any] = {
            "state": "started",
            "drill": drill,
            "scenario": scenario.id,
            "title": scenario.title,
            "service": scenario.service,
            "environment": self._plan.environment,
            "rubric": self._plan.rubric.to_json(),
            "vars": dict(scenario.vars),
            "probes": sorted(self._plan.probes),
            "sources": sorted(self._plan.sources),
            "briefing": scenario.for_responders().model_dump(),
            "shared_probes": sorted(self._plan.workspace.probes),
        }
        if scenario.tabletop is not None:
            body |= {"tabletop": True, "questions": len(scenario.tabletop.ask), "shared_probes": []}
        if part_of:
            body["part_of"] = part_of
        self._write(at, timeline.DRILL, body)

    def ended(self, at: float, result: Result, beside: Sequence[DrillRow] = ()) -> None:
        """`beside`: other drills that were run in the same environment meanwhile; their alerts came here too."""
        body: dict[str, Any] = {
            "state": "ended",
            "outcome": result.outcome,
            "why": result.why,
            "exit_code": result.exit_code,
        }
        if beside:
            body["beside"] = [{"drill": each.id, "service": each.service} for each in beside]
        self._write(at, timeline.DRILL, body)

    def fault(self, at: float, fault: str, change: Change, phase: str, *, why: str = "", by: str = "us") -> None:  # noqa: PLR0913 - one sentence has these words
        body: dict[str, Any] = {
            "fault": fault,
            "change": change.id,
            "kind": change.kind,
            "subject": change.subject,
            "phase": phase,
            "why": why,
            "by": by,
        }
        if change.id.endswith(RELAPSE):
            body["relapse"] = True
        self._write(at, timeline.FAULT, body)

    def probe(self, look: Look, *, evidence: bool = True) -> None:
        """A look; without `evidence` where one like it was kept already."""
        body = {
            "probe": look.probe,
            "good": look.good,
            "value": look.value,
            "why": look.why,
            "cohort": look.cohort,
            "looked_at": self._clock.at(look.began),
            "looked_before": self._clock.at(self._before[look.probe]) if look.probe in self._before else None,
        }
        kept = Evidence(look.evidence, look.media_type, look.probe) if evidence else None
        self._write(look.ended, timeline.PROBE, body, kept)

    def looked(self, look: Look) -> None:
        """Remember the look for the next one's `looked_before`."""
        self._before[look.probe] = look.began

    def source(self, at: float, name: str, *, listening: bool, why: str = "") -> None:
        """Without this nobody could say that an alert did not come."""
        self._write(at, timeline.SOURCE, {"source": name, "listening": listening, "why": why})

    def alert(self, alert: Alert) -> None:
        at = alert.received_mono / 1e9
        body = {
            "source": alert.source,
            "fingerprint": alert.fingerprint,
            "name": alert.name,
            "status": alert.status,
            "labels": dict(alert.labels),
            "annotations": dict(alert.annotations),
            "starts_at": alert.starts_at,
            "event_at": alert.event_at,
            "received_at": self._clock.at(at),
            "received_mono": alert.received_mono,
        }
        evidence = Evidence(alert.raw, "application/json", f"alert {alert.name}")
        self._write(at, timeline.ALERT, body, evidence, by=alert.source)

    def stop(self, at: float, stop: Stop) -> None:
        self._write(at, timeline.STOP, {"rule": stop.rule, "why": stop.why, "by": stop.by}, by=stop.by)

    def message(self, at: float, name: str, message: Message) -> None:
        body: dict[str, Any] = {
            "message": name,
            "sender": message.from_,
            "to": list(message.to),
            "text": message.text,
            "gives_away": list(message.gives_away),
        }
        if message.reply is not None:
            body["reply"] = {"kind": message.reply.kind, "within": message.reply.within}
        self._recorder.write(self._clock.at(at), timeline.MESSAGE, body, by=message.from_ or "gameday", audience="all")

    def situation(self, at: float, tabletop: Tabletop) -> None:
        """What a tabletop begins with: its measures count from here."""
        sent: list[tuple[str, str, dict[str, Any]]] = [(facts.SITUATION, tabletop.situation, {})]
        for number, text in enumerate(tabletop.ask, start=1):
            sent.append((f"question-{number}", text, {"question": number, "within": tabletop.within}))
        for name, text, more in sent:
            body = {"message": name, "sender": "facilitator", "to": [], "text": text, "gives_away": [], **more}
            self._recorder.write(self._clock.at(at), timeline.MESSAGE, body, by="facilitator", audience="all")

    def note(self, at: float, text: str) -> None:
        self._write(at, timeline.NOTE, {"text": text})

    def _write(
        self, at: float, kind: str, body: Mapping[str, Any], evidence: Evidence | None = None, *, by: str = "gameday"
    ) -> None:
        self._recorder.write(self._clock.at(at), kind, body, by=by, evidence=evidence)
