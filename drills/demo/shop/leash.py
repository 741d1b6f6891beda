"""Runs a program that dies when its parent dies, however that happens: `leash.py SIGNAL PARENT PROGRAM [ARGUMENT...]`.

It is run as a file with `python -I -S`, so it imports nothing but the standard library, and it becomes the program.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask the kernel for the signal, then become the program."""
    wanted, parent, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, wanted, 0, 0, 0) != 0:
        sys.exit(f"leash: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:  # it died before we could ask
        sys.exit("leash: the parent is gone")
    os.execvp(program[0], program)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
