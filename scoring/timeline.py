"""What a drill's timeline is made of: the entry, and the words its kinds and bodies may use. Nothing is stored here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Json = Any
Audience = Literal["all", "facilitators"]

DRILL = "drill"
"""`{state: started, drill, scenario, title, service, environment, rubric: {...}}`, once, the first entry;
`{state: ended, outcome: completed|stopped|refused|void|stuck, why, exit_code}`, once, at the end."""
FAULT = "fault"
"""`{fault, change, kind, subject, phase, why, by: us|responders|guard|target}`, phase one of
prepared, injecting, active, reverting, clear, stuck. `active` is the confirmed effect (t0), `injecting` the first
causal change; `by` says who ended it, on `clear`."""
PROBE = "probe"
"""`{probe, good: true|false|null, value, why, cohort, evidence, looked_at, looked_before}`: the first look, each
change, the last look. null: no answer. `looked_at` is when the look began (UTC ns); the entry's `at` is when its
result was in. `looked_before` is when the look before this one began (null: none): a change lies between the two."""
SOURCE = "source"
"""`{source, listening: true|false, why}`: when an alert source began to listen, each time it went blind or came back.
Without it nobody can say that an alert did not come."""
ALERT = "alert"
"""`{source, fingerprint, name, status: firing|resolved, labels, annotations, starts_at, event_at, received_at,
received_mono, evidence}`; the three times are UTC ns: the sender's start, the sender's event, our receipt (null:
not given)."""
STOP = "stop"
"""`{rule, why, by}`: why every fault is being reverted. `rule` is a name of `drills.engine.wants_stop`."""
MESSAGE = "message"
"""`{message, sender, to, text}`: what a facilitator (or the scenario) sent into the room."""
NOTE = "note"
"""`{text}`: what the engine wants the reader to know."""
EVIDENCE = "evidence"
"""`{digest, media_type, size, about}`: bytes kept by content hash."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: append-only, in order of `seq`, each carrying the hash of the one before."""

    seq: int
    """From 1, without gaps, per drill."""
    at: int
    """UTC nanoseconds."""
    kind: str
    by: str
    """Who: `gameday`, `guard`, a person's name, an alert source."""
    audience: Audience
    body: Mapping[str, Json]
    previous: str = ""
    """SHA-256 (hex) of the entry before; empty for the first."""
    digest: str = ""
    """SHA-256 (hex) over all of the above in canonical JSON."""
