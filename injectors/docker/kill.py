"""A container is killed at once. Docker takes that for somebody's will: no restart policy brings it back."""

from injectors.docker import once

KIND = once.kind(
    "kill",
    "Kills a container at once; Docker leaves it down, whatever its restart policy says.",
    "the same container is started again, unless responders did; it is over when it runs",
    lambda client, container: client.kill(container),
)
