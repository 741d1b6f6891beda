"""Every upper bound of the files, in one place; nothing in a file can be longer, deeper or more than this."""

from dataclasses import dataclass

DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, characters, counts, and seconds."""

    file_bytes: int = 2 * 1024 * 1024
    """Bytes of one file."""
    files: int = 5000
    """Files looked at in one workspace."""
    folders_deep: int = 8
    """Folders within folders in which scenarios are looked for."""
    nodes: int = 200_000
    """Values in one file."""
    alias_nodes: int = 1000
    """Values that all aliases of one file stand for together."""
    depth: int = 32
    """Maps and lists within each other."""
    number_chars: int = 40
    """Characters of a number."""
    key_chars: int = 256
    """Characters of a key."""
    id_chars: int = 63
    """Characters of an id."""
    line_chars: int = 500
    """Characters of a title, a name, an address."""
    text_chars: int = 20_000
    """Characters of a text of several lines."""
    problems: int = 50
    """Problems told at once."""

    duration: float = 30 * DAY
    """A duration anywhere."""
    time_limit: float = DAY
    """`time_limit` of a drill or a game day."""
    every: float = DAY
    """`every` of a probe."""
    timeout: float = 120.0
    """`timeout` of a probe."""

    probes: int = 500
    """Probes in one file."""
    faults: int = 1000
    """Faults in one scenario."""
    messages: int = 500
    """Messages in one file."""
    parts: int = 50
    """Parts of one game day."""
    questions: int = 50
    """Questions of one tabletop."""
    variables: int = 100
    """Variables of one scenario."""
    names: int = 200
    """A plain list: of probe names, cohorts, wordings, folders, members."""
    labels: int = 50
    """Labels of an alert."""
    targets: int = 2000
    """Targets in one environment."""
    environments: int = 50
    """Environments in one workspace."""
    services: int = 5000
    """Services in one workspace."""
    dependencies: int = 5000
    """Entries under `dependencies`."""
    teams: int = 1000
    """Teams in one workspace."""
    freezes: int = 200
    """Freezes in one workspace."""
    schedules: int = 10_000
    """Schedules in one workspace."""
    subjects: int = 1000
    """What one fault may select."""
    drills: int = 100
    """Drills of one service at once."""


LIMITS = Limits()
