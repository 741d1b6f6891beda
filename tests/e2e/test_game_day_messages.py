"""A game day's own messages reach the people in the part that runs, and wait for one while none does."""

import pytest
from servers import wait_until
from workplace import Workplace, said

DAY = """\
game_day: autumn
title: An autumn day
parts:
  first: {{scenario: bend, when: 0s}}
  second: {{scenario: bend, when: 2s after first ends}}
messages:
  now: {{when: 0s, from: sales, text: The shop opens.}}
  between: {{when: 0s after first ends, text: "Ten minutes.", reply: {{kind: update, within: 5m}}}}
  hand: {{when: by hand, text: Nobody said so.}}
"""


@pytest.fixture
def here(tmp_path):
    with Workplace(tmp_path) as made:
        yield made


def messages(here, drill):
    return [(each["by"], each["audience"], each["body"]) for each in here.entries(drill) if each["kind"] == "message"]


def test_each_message_goes_into_the_room_of_the_part_that_runs_or_comes_next(here):
    victim = here.folder / "victim.txt"
    victim.write_text("as it was\n")
    here.drill("bend", {"bent": f"{{inject: noop, with: {{file: {victim}}}, duration: 8s}}"})
    day = here.folder / "scenarios" / "autumn.yaml"
    day.write_text(DAY.format())
    running = here.start("run", day)
    wait_until(lambda: "The shop opens." in here.type_inside("room", "--as", "ana").stdout, "it is in the room", 30)
    ended = here.ended(running, 90)

    assert ended.returncode == 0, said(ended)
    ((by, audience, body),) = messages(here, "2")
    assert (by, audience, body["message"], body["text"]) == ("sales", "all", "now", "The shop opens.")
    ((by, _, body),) = messages(here, "3")
    assert (by, body["text"], body["reply"]) == ("facilitator", "Ten minutes.", {"kind": "update", "within": 300.0})
    assert "message between is sent: Ten minutes." in ended.stdout
    assert "never sent: hand" in ended.stdout
    assert here.type_inside("verify", "3").returncode == 0
