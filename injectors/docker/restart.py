"""A container is restarted, as a deployment or a careless colleague would."""

from injectors.docker import once

GRACE = 5
"""Seconds that it may take to end by itself."""

KIND = once.kind(
    "restart",
    "Restarts a container: for a moment it is not there, and what it held in memory is gone.",
    "it comes back by itself; one that did not is started",
    lambda client, container: client.restart(container, timeout=GRACE),
    GRACE,
)
