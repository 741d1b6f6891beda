"""The exit codes, for people and for CI; `docs/reference/exit-codes.md` says the same and a test compares them."""

from enum import IntEnum


class Exit(IntEnum):
    """What a command ends with."""

    MET = 0
    """Everything asked for was done; after a drill: all expectations met."""
    MISSED = 1
    """At least one expectation was missed or is unknown; `check` found problems; with `rescore` a verdict turned."""
    NOTHING_MEASURED = 2
    """Bad input, refused, void, or the rehearsal failed: there is no result, or not of every drill."""
    NOT_REVERTED = 3
    """A fault could not be confirmed reverted; also `sweep` and `verify` when they find something left or changed."""
    STOPPED = 4
    """Stopped early and reverted: STOP, the safety lever, or a stop condition."""
    INTERRUPTED = 130
    """Ctrl-C; reverted."""
    TERMINATED = 143
    """SIGTERM; reverted."""
