"""Did you mean? Close spellings, and the words that other tools have for our keys. Only a failing file pays for it."""

from collections.abc import Iterable

NEIGHBOURS: dict[str, str] = {
    "method": "faults",
    "actions": "faults",
    "experiments": "faults",
    "steps": "faults",
    "attacks": "faults",
    "rollbacks": "",
    "rollback": "",
    "revert": "",
    "steady_state_hypothesis": "steady_state",
    "hypothesis": "steady_state",
    "assertions": "steady_state",
    "stop_conditions": "stop_unless",
    "abort_conditions": "stop_unless",
    "halt_conditions": "stop_unless",
    "safeguards": "stop_unless",
    "tolerance": "good",
    "expected": "good",
    "criteria": "good",
    "threshold": "good",
    "uses": "inject",
    "provider": "inject",
    "action": "inject",
    "action_id": "inject",
    "injector": "inject",
    "fault": "inject",
    "type": "inject",
    "kind": "probe",
    "mode": "select",
    "selection_mode": "select",
    "count": "select",
    "parameters": "with",
    "arguments": "with",
    "args": "with",
    "params": "with",
    "spec": "with",
    "start_after": "when",
    "at": "when",
    "after": "when",
    "delay": "when",
    "length": "duration",
    "timeout_minutes": "time_limit",
    "max_duration": "time_limit",
    "configuration": "vars",
    "variables": "vars",
    "env": "vars",
    "name": "title",
    "description": "briefing",
    "objective": "title",
    "events": "messages",
    "injects": "messages",
    "hints": "messages",
    "sender": "from",
    "recipients": "to",
    "interval": "every",
    "frequency": "every",
    "expectations": "expect",
    "slo": "expect",
    "selector": "with",
    "timezone": "zone",
    "blast_radius": "caps",
    "limits": "caps",
    "steady": "steady_state",
    "id": "scenario",
}
"""Words of Chaos Toolkit, AWS FIS, Chaos Mesh, Litmus, Gremlin, CI workflows -> our key; empty: none is needed."""


def close(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was meant to be, if one is near enough."""
    from difflib import get_close_matches  # noqa: PLC0415 - a file without a mistake does not pay for it

    plain = {_plain(each): each for each in known}
    near = get_close_matches(_plain(word), plain, n=1, cutoff=0.7)
    return plain[near[0]] if near else None


def for_key(word: str, known: Iterable[str]) -> str:
    """What to write instead of an unknown key."""
    names = list(known)
    plain = _plain(word)
    if plain in NEIGHBOURS and plain not in names:
        ours = NEIGHBOURS[plain]
        if ours in names:
            return f"write `{ours}`"
        if not ours:
            return "leave it out: every fault is taken back without being told to"
    return for_name(word, names, "known here")


def for_name(word: str, known: Iterable[str], lead: str = "there are") -> str:
    """What to write instead of an unknown name."""
    names = sorted(known)
    near = close(word, names)
    if near:
        return f"did you mean `{near}`?"
    if not names:
        return "there is none to choose from"
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"{lead}: {', '.join(names[:20])}{more}"


def _plain(word: str) -> str:
    """`steadyState`, `steady-state` and `Steady_State` are one word."""
    spread = "".join(
        f"_{letter}" if letter.isupper() and before.islower() else letter
        for before, letter in zip(" " + word, word, strict=False)
    )
    return spread.lower().replace("-", "_").replace(" ", "_")
