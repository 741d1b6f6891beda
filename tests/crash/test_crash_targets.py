"""Real targets that change under a drill: mended by responders, gone for good, replaced; with the drill dead or not."""

import signal

import pytest
from chances import in_parallel
from servers import TOXIPROXIES, NatsServer, wait_until
from staging import Staging

from drills.guard.phases import Phase

FAULTS = 10


@pytest.fixture(scope="module")
def servers():
    with TOXIPROXIES[1]() as proxies, NatsServer() as broker:
        yield proxies, broker


def mend(staging):
    """As responders would, each with their own tools."""
    staging.files.paths[-1].write_bytes(staging.files.before[-1][0])
    staging.certificates.mend(staging.before[1])
    server = staging.proxies.server
    for name in staging.proxies.names:
        for toxic in server.ask("GET", f"/proxies/{name}")[1]["toxics"]:
            if toxic["name"] != "foreign":
                server.ask("DELETE", f"/proxies/{name}/toxics/{toxic['name']}")
        server.ask("POST", f"/proxies/{name}", {"enabled": True})
    staging.workers.signal("worker-2", signal.SIGCONT)
    for name in ("worker-1", "worker-3"):
        staging.workers.do("start", name)
    staging.stream.mend()


def vanish(staging):
    """Everything is taken down for good."""
    staging.proxies.remove()
    staging.stream.remove()
    staging.workers.vanish()
    staging.certificates.remove()
    staging.files.paths[-1].unlink()


def replace(staging):
    """Everything is put up anew under the same names, before anybody has reverted."""
    vanish(staging)
    for name in staging.proxies.names:
        staging.proxies.server.create(name, "127.0.0.1:9")
    staging.stream.create()
    staging.workers.fresh()
    staging.certificates.create()
    staging.files.paths[-1].write_text("new\n")


def test_whatever_becomes_of_the_targets_every_fault_ends_clear_and_nothing_of_theirs_is_touched(tmp_path, servers):
    def play(case):
        harm, dies = case
        with Staging(tmp_path / f"{harm.__name__}-{dies}", *servers) as staging, staging.run(60_000) as run:
            wait_until(lambda: run.in_phase(Phase.ACTIVE) == FAULTS, "all is on", 40)
            for pid in [run.process.pid, *run.guards()] if dies else ():
                run.kill(pid)
            harm(staging)
            after = staging.now()
            if dies:
                run.wait_over()
                told = staging.type("revert", "--all")
                assert told.returncode == 0, (told.stdout, told.stderr)
            else:
                assert run.ends() == 0, run.story()
                ended = {name: each.why for name, each in run.log().tracked.items()}
                held = dict.fromkeys(ended, "cleared by responders")
                assert ended == {**held, "dead": "whole again, without us"}, run.story()
            run.wait_over()
            run.assert_nothing_left()
            assert staging.now() == after, run.story()
            if harm is mend:
                staging.assert_as_before(run.story())

    in_parallel(play, [(harm, dies) for harm in (mend, vanish, replace) for dies in (False, True)])
