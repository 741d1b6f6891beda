"""Talks to the supervisor: `ctl FOLDER names|status|pid NAME...|stop NAME...|start NAME...`. Decides nothing."""

import os
import socket
import sys
from pathlib import Path

from drills.demo.shop.supervisor import SOCKET

TIMEOUT = 5.0


def ask(folder: Path, words: list[str]) -> str:
    """What the supervisor answers. Raises `OSError` when there is none."""
    os.chdir(folder / "run")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(TIMEOUT)
        connection.connect(SOCKET)
        connection.sendall(" ".join(words).encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(4096), b"")).decode()


def main() -> None:
    """Ask, print, and exit with 1 when the answer is an error."""
    try:
        answer = ask(Path(sys.argv[1]), sys.argv[2:])
    except OSError as error:
        sys.exit(f"no supervisor in {sys.argv[1]}: {error}")
    if answer.startswith("error"):
        sys.exit(answer.strip())
    sys.stdout.write(answer)


if __name__ == "__main__":
    main()
