"""The guard's program, run by its path with `python -I -S`: it cuts its ties, then watches. Never reverts itself."""

import os
import sys

PAGE = 3
"""The descriptor of the shared page: the only thing a guard inherits."""


def main(arguments: list[str]) -> None:
    """Arguments: slot, the drill's folder, seconds until hung, until hung when stopped, paths to import from."""
    slot, folder, hung, stopped, *paths = arguments
    os.closerange(PAGE + 1, 1 << 20)
    os.chdir("/")
    sys.path[:] = [*paths, *(path for path in sys.path if path not in paths)]

    from drills.guard.watching import Guard  # noqa: PLC0415 - its place is among the arguments

    Guard(int(slot), folder, PAGE, float(hung), float(stopped)).run()


if __name__ == "__main__":
    main(sys.argv[1:])
