"""`gameday proxy`: stands before a dependency that speaks HTTP, and bends its answers while a fault says so."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from drills.cli.exits import Exit


def command(
    config: Annotated[
        Path, typer.Argument(help="A JSON list of proxies: name, listen (HOST:PORT), upstream (address).")
    ],
    *,
    host: Annotated[
        str, typer.Option(help="Where its API listens: whoever reaches it can bend what passes.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The API's port; 0: any free one.")] = 8475,
) -> None:
    from drills.proxy.faults import Trouble  # noqa: PLC0415 - `--help` does not pay for it
    from drills.proxy.serving import read_config, run  # noqa: PLC0415

    try:
        run(host, port, read_config(config.read_bytes()), lambda line: print(line, flush=True))
    except (Trouble, OSError) as wrong:
        reason = (wrong.strerror or str(wrong)) if isinstance(wrong, OSError) else str(wrong)
        print(f"cannot begin with {json.dumps(str(config))}: {reason}", file=sys.stderr)
        sys.exit(Exit.NOTHING_MEASURED)
