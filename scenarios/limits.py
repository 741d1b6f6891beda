"""Every upper bound of the files, in one place; nothing in a file can be longer, deeper or more than this."""

from dataclasses import dataclass

DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, characters, counts, and seconds."""

    file_bytes: int = 2 * 1024 * 1024
    files: int = 5000
    """Files looked at in one workspace."""
    folders_deep: int = 8
    nodes: int = 200_000
    """Values in one file."""
    alias_nodes: int = 1000
    """Values that all aliases of one file stand for together."""
    depth: int = 32
    number_chars: int = 40
    key_chars: int = 256
    id_chars: int = 63
    line_chars: int = 500
    """A title, a name, an address."""
    text_chars: int = 20_000
    """A text of several lines."""
    problems: int = 50
    """Problems told at once."""

    duration: float = 30 * DAY
    time_limit: float = DAY
    every: float = DAY
    timeout: float = 120.0

    probes: int = 500
    faults: int = 1000
    messages: int = 500
    parts: int = 50
    questions: int = 50
    variables: int = 100
    names: int = 200
    """A plain list: of probe names, cohorts, wordings, folders, members."""
    labels: int = 50
    targets: int = 2000
    environments: int = 50
    services: int = 5000
    dependencies: int = 5000
    teams: int = 1000
    freezes: int = 200
    schedules: int = 10_000
    subjects: int = 1000
    """What one fault may select."""
    drills: int = 100


LIMITS = Limits()
