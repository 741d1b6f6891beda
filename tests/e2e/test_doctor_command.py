"""`gameday doctor`: every target of the workspace looked at side by side, each line with what to type."""

import json
import socket
import time

import pytest
from raw_server import Server, answer, silent
from servers import free_port
from workplace import Workplace, said


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with Workplace(tmp_path) as place:
        yield place


def seen(run):
    """(target, what) -> (found, said, type)."""
    return {
        (each["target"], each["what"]): (each["found"], each["said"], each["type"]) for each in json.loads(run.stdout)
    }


def test_a_staging_that_is_well_is_all_ok_and_ends_with_0(here, staging):
    here.workspace(staging.targets)
    before = staging.state()
    run = here.type_inside("doctor", "--json")
    found = seen(run)
    assert run.returncode == 0, said(run)
    for target in ("proxy", "broker", "pool", "shop"):
        assert found[target, "answers"][0] == "ok", found[target, "answers"]
    assert found["proxy", "consent"][:2] == ("ok", "given for payments")
    assert found["broker", "consent"][:2] == ("ok", "given by orders")
    assert found["pool", "consent"][0] == "ok"
    assert found["pool", "permission"][0] == "ok"
    assert found["pages", "listens"][0] == "ok"
    assert found["broker", "clock"][0] == "ok"
    assert "ours, to within" in found["broker", "clock"][1]
    assert staging.state() == before, "it only looks"


def test_for_a_person_it_is_a_table_with_what_to_type_and_a_sum(here, staging):
    refused = free_port()
    targets = staging.targets | {
        "gone": f'{{kind: toxiproxy, with: {{url: "http://127.0.0.1:{refused}"}}}}',
        "shy": f'{{kind: toxiproxy, with: {{url: "{staging.proxy.url}"}}}}',
        "odd": "{kind: teapot}",
    }
    here.workspace(targets)
    run = here.type_inside("doctor")
    assert run.returncode == 1, said(run)
    lines = run.stdout.splitlines()
    assert any("staging/gone" in line and "not ok" in line and "nobody listens there" in line for line in lines)
    assert any("staging/shy" in line and "consent: [orders]" in line for line in lines)
    assert any(
        "staging/odd" in line and "nothing that is installed uses a target of kind teapot" in line for line in lines
    )
    assert lines[-1].endswith("can't tell")
    assert "3 not ok" in lines[-1]
    assert "\x1b" not in run.stdout + run.stderr, "piped, it is plain"


def test_a_clock_that_is_off_is_told_with_its_bound_and_what_it_means(here):
    late = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - 90))
    with (
        Server(answer("ok", 200, f"date: {late}")) as slow,
        Server(answer("ok", 200)) as silent_on_time,
    ):
        here.workspace(
            {
                "slow": f'{{kind: http, with: {{url: "{slow.url}"}}}}',
                "mute": f'{{kind: http, with: {{url: "{silent_on_time.url}"}}}}',
            }
        )
        run = here.type_inside("doctor", "--json")
    found = seen(run)
    assert run.returncode == 1
    state, told, write = found["slow", "clock"]
    assert state == "not ok"
    assert "s behind ours: what it says of times" in told
    assert "detection counts by our clock" in told
    assert write.startswith("timedatectl")
    assert found["mute", "clock"][0] == "can't tell"


def test_targets_that_hang_are_looked_at_side_by_side_and_bounded(here):
    with Server(silent) as hung:
        here.workspace({f"t{number}": f'{{kind: http, with: {{url: "{hung.url}"}}}}' for number in range(6)})
        began = time.monotonic()
        run = here.type_inside("doctor", "--json")
        took = time.monotonic() - began
    assert run.returncode == 1
    assert took < 25, "six times five seconds in a row would be thirty"
    assert all("no answer" in each["said"] for each in json.loads(run.stdout))


def test_a_port_that_is_taken_is_told_before_any_drill_wants_it(here):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        here.workspace({"pages": f'{{kind: webhook, with: {{listen: "127.0.0.1:{port}"}}}}'})
        run = here.type_inside("doctor", "--json")
    assert run.returncode == 1
    assert "the port is in use" in seen(run)["pages", "listens"][1]


def test_an_environment_that_is_not_there_ends_with_2(here, staging):
    here.workspace(staging.targets)
    run = here.type_inside("doctor", "-e", "stagign")
    assert run.returncode == 2
    assert "did you mean `staging`?" in run.stderr
