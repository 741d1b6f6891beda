"""Whether a listener accepts connections, before any drill. Sends nothing."""

from collections.abc import Sequence

from drills.signals.contract import SignalError
from drills.signals.dial import Deadline, connect, reason
from injectors.contract import Finding, Found, Unreachable, Visit

PATIENCE = 5.0
"""Seconds until it must accept."""


def findings(visit: Visit) -> Sequence[Finding]:
    """Connect once, and hang up. Raises `Unreachable`."""
    host, port = visit.settings.get("host"), visit.settings.get("port")
    if not host or not port:
        return [Finding("answers", Found.CANT_TELL, "each of its probes says where to connect")]
    where, deadline = f"{host}:{port}", Deadline(PATIENCE)
    try:
        connect(str(host), int(port), deadline).close()
    except OSError as wrong:
        raise Unreachable(reason(wrong, where, deadline)) from None
    except SignalError as silence:
        raise Unreachable(str(silence)) from None
    return [Finding("answers", Found.OK, f"{where} accepts connections")]
