"""Measures the time from SIGKILL of a drill's process to its last fault being gone; a program, not a test."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from crashing import Crash, Files, Proxies
from servers import EmbeddedToxiproxy, RealToxiproxy, Toxiproxy


def one(folder, server, settled):
    """Milliseconds from the kill to the last fault gone: files alone, or proxies when there is a server."""
    targets = Files(folder / "files") if server is None else Proxies(server, folder.name)
    with Crash(folder, targets.changes(), hold=60, settle=0.1) as crash:
        crash.wait_said("active")
        time.sleep(settled)
        killed = time.perf_counter()
        os.kill(crash.process.pid, signal.SIGKILL)
        while targets.bent():
            time.sleep(0.0005)
        took = (time.perf_counter() - killed) * 1000
        crash.wait_over()
        assert targets.now() == targets.before
    if server is not None:
        targets.remove()
    return took


def measure(times, server=None, settled=1.5):
    """Sorted milliseconds of so many drills, each killed so many seconds after its faults were active."""
    with tempfile.TemporaryDirectory() as place:
        return sorted(one(Path(place, f"k{number}"), server, settled) for number in range(times))


def show(what, took):
    """One line: median, 95th percentile, worst."""
    print(f"{what}: median {took[len(took) // 2]:.1f} ms, p95 {took[int(len(took) * 0.95)]:.1f}, max {took[-1]:.1f}")


def main(times):
    """Files and both proxies, with idle guards and with guards that had no time to load anything."""
    for settled, name in ((1.5, "guards idle"), (0.0, "just injected")):
        show(f"3 files, {name}", measure(times, None, settled))
        for kind in (EmbeddedToxiproxy, RealToxiproxy):
            with kind() as server:
                assert isinstance(server, Toxiproxy)
                show(f"3 toxics on 2 proxies of {kind.__name__}, {name}", measure(times, server, settled))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
