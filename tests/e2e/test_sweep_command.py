"""`gameday sweep`, for cron: what is ours on every target and past its end, with no undo log to tell of it."""

import shutil

import pytest
from servers import free_port
from workplace import Workplace, said

LATENCY = {"type": "latency", "stream": "upstream", "attributes": {"latency": 1}}
OURS = "gameday-9-0a1b2c.slow"


@pytest.fixture
def here(tmp_path, staging, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with Workplace(tmp_path) as place:
        place.workspace(staging.targets)
        yield place


def test_where_nothing_is_ours_it_says_so_and_ends_with_0(here, staging):
    staging.proxy.ask("POST", "/proxies/payments/toxics", {"name": "theirs", **LATENCY})

    swept = here.type_inside("sweep")

    assert (swept.returncode, swept.stdout) == (0, "nothing of ours is left\n"), said(swept)
    assert staging.toxics() == ["theirs"]


def test_what_is_left_is_listed_with_3_and_taken_away_only_when_asked(here, staging):
    for name in (OURS, "theirs"):
        staging.proxy.ask("POST", "/proxies/orders/toxics", {"name": name, **LATENCY})

    listed = here.type_inside("sweep")
    still = staging.toxics("orders")
    taken = here.type_inside("sweep", "--revert")
    again = here.type_inside("sweep")

    assert listed.returncode == 3
    assert OURS in listed.stdout
    assert "staging/proxy: " in listed.stdout
    assert sorted(still) == sorted([OURS, "theirs"])
    assert (taken.returncode, "reverted" in taken.stdout) == (0, True), said(taken)
    assert staging.toxics("orders") == ["theirs"]
    assert again.returncode == 0


def test_a_drill_whose_undo_log_is_lost_is_found_on_every_target_and_put_back(here, staging):
    before = staging.state()
    path = here.drill(
        "lost",
        {
            "slow": "{inject: toxiproxy.latency, with: {proxy: payments, latency: 300ms}, duration: 1m}",
            "full": "{inject: nats.refuse_writes, with: {stream: orders}, duration: 1m}",
        },
    )
    targets = staging.targets
    del targets["pages"]
    here.workspace(targets)
    running = here.start("run", path)
    here.until_on("slow")
    here.until_on("full")
    while_on = here.type_inside("sweep")
    assert (while_on.returncode, while_on.stdout) == (0, "nothing of ours is left\n"), said(while_on)

    here.kill_with_its_guards(running)
    shutil.rmtree(here.folder / ".gameday")
    listed = here.type_inside("sweep")
    taken = here.type_inside("sweep", "--revert")

    assert listed.returncode == 3
    assert [line.split(":")[0] for line in listed.stdout.splitlines()] == ["staging/proxy", "staging/broker"]
    assert (taken.returncode, taken.stdout.count("  reverted")) == (0, 2), said(taken)
    assert staging.state() == before


def test_a_target_that_cannot_be_looked_at_is_not_clean(here, staging):
    targets = staging.targets
    url = f"http://127.0.0.1:{free_port()}"
    here.workspace({**targets, "dead": f'{{kind: toxiproxy, with: {{url: "{url}"}}}}'})

    swept = here.type_inside("sweep")

    assert swept.returncode == 3
    assert f"could not look at staging/dead: Toxiproxy {url}, asked to list the proxies: nobody listens" in swept.stderr
    assert "nothing of ours is left" not in swept.stdout


def test_what_cannot_be_taken_away_is_not_confirmed(here, staging):
    staging.proxy.ask("POST", "/proxies/orders/toxics", {"name": OURS, **LATENCY})
    staging.proxies.fails = lambda method, _: 403 if method == "DELETE" else None

    swept = here.type_inside("sweep", "--revert")

    assert swept.returncode == 3
    assert "NOT CONFIRMED: " in swept.stderr
    assert staging.toxics("orders") == [OURS]
