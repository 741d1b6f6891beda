"""What a drill's timeline is made of: the entry, and the words its kinds and bodies may use. Nothing is stored here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Json = Any
Audience = Literal["all", "facilitators"]

DRILL = "drill"
"""`{state: started, drill, scenario, title, service, environment, rubric: {...}, briefing: {title, text},
shared_probes: [...], questions, vars: {...}}`, once, the first entry (responders get `briefing`, `shared_probes` and
`questions`, and nothing else of it); `vars` is what the scenario's variables were set to;
`{state: ended, outcome: completed|stopped|refused|void|stuck, why, exit_code, beside: [{drill, service}]}`, once, at
the end; `beside` are the other drills of that time, where there were any.
`tabletop: true` in the first: there are no faults, and measures count from the message `situation`; `questions` is how
many it asks."""
FAULT = "fault"
"""`{fault, change, kind, subject, phase, why, by: us|responders|guard|target}`, phase one of
prepared, injecting, active, reverting, clear, stuck. `active` is the confirmed effect (t0), `injecting` the first
causal change; `by` says who ended it, on `clear`. `relapse: true`: it belongs to the second life that the same change
gets once after a declared recovery."""
PROBE = "probe"
"""`{probe, good: true|false|null, value, why, cohort, evidence, looked_at, looked_before}`: the first look, each
change, the last look; each look of those in `Rubric.watched`. null: no answer. `looked_at` is when the look began (UTC
ns); the entry's `at` is when its result was in. `looked_before` is when the look before this one began (null: none): a
change lies between the two."""
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
"""`{message, sender, to, text, gives_away: [...], reply: {kind, within}}`: what a facilitator (or the scenario) sent
into the room. A hint gives away one or more of impact, hypothesis, unsafe_actions, next_decision; `reply`, where one is
wanted, is which mark, in how many seconds. A tabletop's question also has `{question, within}`: its number from 1, and
in how many seconds from the situation it must be decided."""
NOTE = "note"
"""`{text}`: what the engine wants the reader to know."""
EVIDENCE = "evidence"
"""`{digest, media_type, size, about}`: bytes kept by content hash."""
SCORECARD = "scorecard"
"""`{made: drill|rescored, rubric: {...}, card: {...}}`: what the drill was scored by and came to, kept after its end;
`made` says when. A later one stands beside it. No measure ever reads it."""

# What people enter. Each body also has `noticed_at` (UTC ns: when it was noticed, null: when it was entered; the
# entry's own `at` is always when it was entered), `evidence` (digests), and `corrects` (the seq of an entry of the same
# person that no longer counts, from the beginning; this one counts from its own time on, empty text only withdraws).
PERSON = "person"
"""`{person, role, state: joined|left, robot}`: who is there, as what. Joining again changes the role."""
MARK = "mark"
"""`{mark, text, ...}`; mark is one of
observation, guess;
decision `{because, unless, answers}` (what would change it; the number of a tabletop's question, or null);
action `{purpose: containment|mitigation|diagnosis|null, expect, by, undo, protects}`: `expect` is the probe that
becomes good within `by` seconds of the entry;
update `{known, unknown, decides, next}`: `next` is in how many seconds the next one comes;
question `{to, due}` (a person or role, seconds); answer `{question, verdict: confirmed|refuted|dropped}` (its seq);
handoff `{to, impact, hypothesis, rejected, unsafe, pending, next}`; accept `{handoff}` (its seq, by the incomer)."""
PICTURE = "picture"
"""`{revision, journey, state, data_risk, harmed, safe, hypothesis, unsafe, next, missing}`: the whole picture as of
this revision (from 1). Text, or null; `data_risk harmed safe unsafe` are lists, or null: nobody said; empty: none.
`missing` names what is still null: with any, the revision is incomplete and cannot be shared."""
ACK = "ack"
"""`{revision, agrees, text}`: this person shares that revision, or not."""
SEVERITY = "severity"
"""`{severity, text}`: 1 is the worst, 5 the mildest."""
DECLARATION = "declaration"
"""`{declares: incident|contained|recovered|stood-down, text}`."""
STEP = "step"
"""`{runbook, step, title, text_hash, verdict: worked|deviated|failed|unclear, why, text}`; why is one of gone, flag,
permission, link, assumption, other, or null. `text_hash` is of the step's text as it was tried."""
BY_PEOPLE = (PERSON, MARK, PICTURE, ACK, SEVERITY, DECLARATION, STEP)


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
