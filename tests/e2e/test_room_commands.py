"""People work a running drill from several terminals, as they type it; the drill is real, its fault a file."""

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from terminals import Staging, wait_for

CANARY = "zebrafinch"
SECRETIVE = f"""\
briefing: {{title: Orders drill, text: Staging only.}}
answer: {{journey: {CANARY}-journey, cause: ["{CANARY} cause"], unsafe_actions: ["{CANARY} unsafe"]}}
probes:
  {CANARY}-probe: {{probe: command, with: {{run: ["true"]}}, good: {{exit: 0}}}}
messages:
  {CANARY}-shops: {{when: 0s, from: support, text: "three shops call"}}
  for-comms: {{when: 0s, from: press, to: [comms], text: "a newspaper calls"}}
"""
ANA = ("--as", "ana")
TERMINALS, MARKS = 8, 25


@pytest.fixture(scope="module")
def staging(tmp_path_factory):
    """One drill runs while this module's people talk."""
    here = Staging(tmp_path_factory.mktemp("staging"))
    path = here.scenario(more=SECRETIVE).rename(here.folder / "scenarios" / f"{CANARY}.yaml")
    path.write_text(path.read_text().replace("scenario: small", f"scenario: {CANARY}").replace("A small", CANARY))
    here.running = here.run(path)
    yield here
    here.end()


@pytest.fixture(scope="module")
def desk(staging):
    """A terminal that nobody has joined in."""
    return staging.terminal()


@pytest.fixture
def here(tmp_path):
    """A workspace of a test's own."""
    made = Staging(tmp_path)
    yield made
    made.end()


def body(staging, seq):
    return staging.entries()[seq - 1]["body"]


def test_two_hundred_marks_from_eight_terminals_at_once_are_all_on_the_timeline(staging, desk):
    terminals = [staging.terminal(GAMEDAY_AS=f"pat {number}") for number in range(TERMINALS)]

    def talk(number):
        return [terminals[number].type("mark", "observation", f"fact {number}.{each}").seq for each in range(MARKS)]

    with ThreadPoolExecutor(TERMINALS) as pool:
        seqs = [seq for mine in pool.map(talk, range(TERMINALS)) for seq in mine]

    entries = {each["seq"]: each for each in staging.entries()}
    assert len(set(seqs)) == TERMINALS * MARKS
    told = {(entries[seq]["by"], entries[seq]["body"]["text"]) for seq in seqs}
    assert told == {(f"pat {n}", f"fact {n}.{each}") for n in range(TERMINALS) for each in range(MARKS)}
    assert desk.type("verify", "1").code == 0


def test_an_entry_says_who_what_and_when_and_the_drill_shows_it_live(here):
    running = here.run(here.scenario())
    desk = here.terminal()
    typed = ("--for", "mitigation", "--expect", "flag-good", "--by", "5m", "--undo", "stop it", "--protects", "eu-web")
    told = json.loads(desk.type("mark", "action", "restart  the\nworker\x1b[2J", *typed, *ANA, "--json").out)

    assert (told["drill"], told["kind"], told["by"]) == ("1", "mark", "ana")
    assert told["body"] == {
        "mark": "action",
        "text": "restart the worker [2J",
        "purpose": "mitigation",
        "expect": "flag-good",
        "by": 300.0,
        "undo": "stop it",
        "protects": "eu-web",
        "noticed_at": None,
        "evidence": [],
        "corrects": None,
    }
    assert here.entries()[told["seq"] - 1]["audience"] == "all"
    seen = ""
    while "ACTION restart the worker" not in seen:
        line = running.stdout.readline()
        assert line, "the drill ended without showing the mark"
        seen += line


WRONG = [
    ((), "type gameday join --as NAME --role ROLE, or add --as NAME, or set GAMEDAY_AS"),
    ((*ANA, "--drill", "99"), "there is no drill 99"),
    (("--as", "a\tb"), "1 to 60 printable characters"),
    (("--as", "x" * 61), "1 to 60 printable characters"),
    (("--as", "Guard 1"), "is what gameday calls itself"),
    ((*ANA, "--at", "yesterday"), "write how long ago, such as 2m"),
    ((*ANA, "--at", "9d"), "is before this drill began"),
    ((*ANA, "--evidence", "no-such.log"), "cannot be read (No such file or directory)"),
    ((*ANA, "--evidence", "."), "cannot be read (Is a directory)"),
    ((*ANA, *(word for _ in range(11) for word in ("--evidence", "gameday.yaml"))), "at most 10"),
    ((*ANA, "--corrects", "1"), "nobody entered anything under this number"),
    ((*ANA, "--known", "x"), 'observation has no --known: type gameday mark update "..." --known'),
]


@pytest.mark.parametrize(("words", "told"), WRONG)
def test_a_mark_that_cannot_be_taken_is_one_clear_error(staging, desk, words, told):
    before = len(staging.entries())

    typed = desk.type("mark", "observation", "queue age rises", *words)

    assert (typed.code, typed.out) == (2, "")
    assert told in typed.err
    assert typed.err.startswith("error: ")
    assert len(typed.err.splitlines()) == 1
    assert CANARY not in typed.err
    assert len(staging.entries()) == before


WRONG_WORDS = [
    (("mark", "gues", "x"), "did you mean `guess`?"),
    (("mark", "guess", "  "), "the guess is empty"),
    (("mark", "guess", "x" * 2001), "more than 2000: put it into a file"),
    (("mark", "action", "x", "--expect", "flag-god", "--by", "5m"), "did you mean `flag-good`?"),
    (("mark", "action", "x", "--expect", "nothing-like-it", "--by", "5m"), "there are: flag-good"),
    (("mark", "action", "x", "--expect", "flag-good"), "--expect PROBE and --by 5m belong together"),
    (("mark", "action", "x", "--for", "mitgation"), "did you mean `mitigation`?"),
    (("mark", "action", "x", "--expect", "flag-good", "--by", "5"), "--by: '5' is no duration"),
    (("mark", "update", "x", "--next", "0s"), "--next: write more than 0s"),
    (("mark", "question", "x", "--to", "commandr"), "did you mean `commander`?"),
    (("mark", "answer", "x", "--verdict", "confirmed"), "--question NUMBER is missing: no question is open"),
    (("mark", "answer", "x", "--question", "1", "--verdict", "confirmed"), "--question 1 is no question"),
    (("mark", "handoff", "x"), "--to NAME is missing"),
    (("mark", "accept", "x"), "no handoff is open"),
    (("severity", "2", ""), "the reason is empty"),
    (("declare", "recoverd"), "did you mean `recovered`?"),
    (("step", "kill-workr", "1", "worked"), "did you mean `kill-worker`?"),
    (("step", "kill-worker", "3", "worked"), "has no step '3': there are 1 to 2"),
    (("step", "kill-worker", "1", "faild"), "did you mean `failed`?"),
    (("step", "kill-worker", "1", "failed", "--why", "permision"), "did you mean `permission`?"),
    (("step", "kill-worker", "1", "worked", "--why", "gone"), "--why says why a step did not work"),
    (("picture", "set"), "say what to set: --journey"),
    (("picture", "set", "--state", "slwo"), "did you mean `slow`?"),
    (("picture", "set", "--data-risk", "none,delayed"), "`none` alone"),
    (("leave",), "ana is not in this drill's room"),
]


@pytest.mark.parametrize(("words", "told"), WRONG_WORDS)
def test_every_command_of_the_room_says_what_to_type_instead(desk, words, told):
    typed = desk.type(*words, *ANA)

    assert (typed.code, typed.out) == (2, "")
    assert told in typed.err
    assert CANARY not in typed.err


@pytest.mark.parametrize("level", ["0", "6", "high"])
def test_a_severity_is_1_to_5(desk, level):
    assert desk.type("severity", level, "why", *ANA).code == 2


def test_who_joined_in_a_terminal_speaks_there_until_they_leave(staging):
    terminal, other = staging.terminal(), staging.terminal()
    wrong = terminal.type("join", "--as", "li", "--role", "scrib")
    assert (wrong.code, "did you mean `scribe`?" in wrong.err) == (2, True)

    assert "li is here as scribe" in terminal.type("join", "--as", "li", "--role", "scribe").out
    assert "li" in terminal.type("mark", "guess", "the database").out
    assert other.type("mark", "guess", "the database").code == 2
    assert "oumar" in terminal.type("mark", "guess", "no, the network", "--as", "oumar").out
    assert "li left (scribe)" in terminal.type("leave").out
    assert terminal.type("mark", "guess", "gone").code == 2


def test_a_robot_is_called_one_wherever_it_speaks(staging, desk):
    joined = desk.type("join", "--as", "pager", "--role", "lead", "--robot")
    assert "pager (robot) is here as lead" in joined.out
    other = staging.terminal(GAMEDAY_AS="pager")

    seq = other.type("mark", "observation", "a 500 at checkout").seq

    assert staging.entries()[seq - 1]["by"] == "pager (robot)"
    assert "is a robot here" in other.type("join", "--as", "pager", "--role", "lead").err
    assert "add --robot" in other.type("join", "--as", "x (robot)", "--role", "lead").err
    assert re.search(r"pager \(robot\) +lead", desk.type("room").out)
    assert "pager (robot) left" in desk.type("leave").out


def test_a_picture_is_set_in_parts_and_shared_by_name_once_it_is_whole(here):
    here.run(here.scenario())
    ana, li, guest = (here.terminal(GAMEDAY_AS=name) for name in ("ana", "li", "guest"))
    assert "there is no picture yet" in ana.type("picture", "ack").err
    for person, terminal in (("ana", ana), ("li", li)):
        assert terminal.type("join", "--as", person, "--role", "specialist").code == 0
    assert guest.type("join", "--as", "guest", "--role", "observer").code == 0

    first = ana.type("picture", "set", "--journey", "a customer pays", "--state", "SLOW", "--harmed", "eu-web,us-web")
    refused = li.type("picture", "ack")
    second = li.type(
        *("picture", "set", "--safe", "none", "--data-risk", "delayed", "--hypothesis", "slow database"),
        *("--unsafe", "fail over, now", "--unsafe", "retry more", "--next", "roll back?"),
    )

    assert refused.code == 2
    assert "data risk, safe, hypothesis, unsafe, next missing: gameday picture set --data-risk ..." in refused.err
    assert body(here, first.seq)["revision"] == 1
    assert body(here, second.seq) == {
        "revision": 2,
        "journey": "a customer pays",
        "state": "slow",
        "data_risk": ["delayed"],
        "harmed": ["eu-web", "us-web"],
        "safe": [],
        "hypothesis": "slow database",
        "unsafe": ["fail over, now", "retry more"],
        "next": "roll back?",
        "missing": [],
        "noticed_at": None,
        "evidence": [],
        "corrects": None,
    }
    assert "says all of this already" in ana.type("picture", "set", "--state", "slow").err
    assert "revision 1 is not the last one" in ana.type("picture", "ack", "1").err
    assert "guest is here as observer" in guest.type("picture", "ack").err
    ack = body(here, ana.type("picture", "ack").seq)
    assert (ack["revision"], ack["agrees"]) == (2, True)
    li.type("picture", "disagree", "it is the network")
    shown = json.loads(guest.type("picture", "show", "--json").out)
    assert (shown["agree"], shown["disagree"], shown["silent"]) == (["ana"], {"li": "it is the network"}, [])
    assert "li disagrees: it is the network" in guest.type("room").out


def test_what_was_wrong_is_corrected_or_taken_back_by_its_author_alone(staging, desk):
    first = desk.type("mark", "observation", "all regions fail", *ANA).seq
    step = desk.type("step", "kill-worker", "1", "failed", *ANA).seq

    second = desk.type("mark", "guess", "only EU fails", "--corrects", first, *ANA).seq
    third = desk.type("mark", "guess", "", "--corrects", second, *ANA)

    assert body(staging, second)["corrects"] == first
    assert body(staging, third.seq) | {"text": "", "corrects": second} == body(staging, third.seq)
    assert f"takes back entry {second}" in third.out
    for words, told in [
        (("mark", "guess", "x", "--corrects", first, *ANA), f"it was corrected by {second} already"),
        (("mark", "guess", "x", "--corrects", step, *ANA), "that is a step, and this is a mark"),
        (("mark", "guess", "x", "--corrects", step, "--as", "li"), "only ana can correct it"),
    ]:
        typed = desk.type(*words)
        assert (typed.code, told in typed.err) == (2, True), typed.err


def test_what_was_noticed_earlier_keeps_both_times(staging, desk):
    began = staging.entries()[0]["at"]

    seq = desk.type("mark", "observation", "it began before", "--at", "200ms", *ANA).seq

    entry = staging.entries()[seq - 1]
    assert began <= entry["body"]["noticed_at"] == entry["at"] - 200_000_000


def test_evidence_is_kept_by_its_hash_capped_and_found_in_an_export(staging, desk):
    log, big = staging.folder / "worker.log", staging.folder / "big.bin"
    log.write_bytes(b"worker 1: killed\n")
    big.write_bytes(b"x" * (1024 * 1024 + 1))

    seq = desk.type("step", "kill-worker", "1", "deviated", "two", "--evidence", log, "--evidence", big, *ANA).seq

    digests = body(staging, seq)["evidence"]
    lines = [json.loads(line) for line in desk.type("export", "1").out.splitlines()]
    kept = {each["digest"]: each for each in lines if each["type"] == "evidence"}
    assert [(kept[each]["about"], kept[each]["cut"]) for each in digests] == [("worker.log", False), ("big.bin", True)]
    assert desk.type("verify", "1").code == 0
    pipe = staging.folder / "pipe"
    os.mkfifo(pipe)
    assert "not a file" in desk.type("mark", "guess", "x", "--evidence", pipe, *ANA).err


def test_a_step_is_tied_to_the_text_it_was_tried_on(staging, desk):
    shown = json.loads(desk.type("runbook", "show", "kill-worker", "--json").out)

    tried = body(staging, desk.type("step", "kill-worker", "1", "failed", "no ctl", "--why", "gone", *ANA).seq)

    assert (shown["title"], shown["owner"]) == ("A worker is missing", "team-orders")
    assert shown["steps"][0]["text"] == "Look who is missing: `ctl status`. Expect one that waits."
    assert (tried["runbook"], tried["step"], tried["title"]) == ("kill-worker", 1, "Look who is missing")
    assert (tried["verdict"], tried["why"], tried["text"]) == ("failed", "gone", "no ctl")
    assert tried["text_hash"] == shown["steps"][0]["text_hash"]
    assert "2. Start it." in desk.type("runbook", "show", "kill-worker").out


def test_questions_and_handoffs_point_at_what_is_open(here):
    here.run(here.scenario())
    ana, li = here.terminal(GAMEDAY_AS="ana"), here.terminal(GAMEDAY_AS="li")
    for person, terminal in (("ana", ana), ("li", li)):
        terminal.type("join", "--as", person, "--role", "commander")

    asked = ana.type("mark", "question", "is the queue older?", "--to", "LI", "--due", "5m").seq
    answered = li.type("mark", "answer", "no, 3 s", "--verdict", "refuted")
    given = ana.type("mark", "handoff", "you have it", "--to", "li", "--impact", "none", "--next", "15m").seq
    own = ana.type("mark", "accept", "back to me")
    taken = li.type("mark", "accept", "I have it")

    entries = here.entries()
    assert (entries[asked - 1]["body"]["to"], entries[asked - 1]["body"]["due"]) == ("li", 300.0)
    assert (body(here, answered.seq)["question"], body(here, answered.seq)["verdict"]) == (asked, "refuted")
    assert (own.code, "the one who takes over accepts it" in own.err) == (2, True)
    assert body(here, taken.seq)["handoff"] == given


def test_responders_see_the_briefing_and_their_messages_and_nothing_else_of_the_file(staging, desk):
    press = staging.terminal()
    press.type("join", "--as", "jo", "--role", "comms")
    wait_for(lambda: "newspaper" in press.type("room").out)

    shown = [
        desk.type("room"),
        desk.type("room", "--json"),
        press.type("room"),
        desk.type("picture", "show"),
        desk.type("mark", "observation", "checkout is slow", *ANA),
        desk.type("mark", "observation", "checkout is slow", "--json", *ANA),
        desk.type("join", "--as", "canary watcher", "--role", "observer"),
        desk.type("leave"),
    ]

    assert [each.code for each in shown] == [0] * len(shown)
    assert CANARY not in "".join(each.out + each.err for each in shown)
    assert "quiet" not in "".join(each.out + each.err for each in shown)
    assert "Orders drill" in shown[0].out
    assert "three shops call" in shown[0].out
    assert "newspaper" not in shown[0].out
    assert "nobody is" in shown[0].out


def test_a_command_finds_the_drill_that_runs_and_asks_which_when_several_do(here):
    desk = here.terminal(GAMEDAY_AS="ana")
    assert "no drill is running here" in desk.type("mark", "guess", "x").err
    other = here.folder / "other.txt"
    other.write_text("other\n")
    first = here.run(here.scenario())
    here.run(here.scenario("second", service="ledger", victim=other), victim=other)

    asked = desk.type("mark", "guess", "x")
    told = desk.type("mark", "guess", "x", "--drill", "2", "--json")

    assert (asked.code, "say which with --drill: 1, 2" in asked.err) == (2, True)
    assert json.loads(told.out)["drill"] == "2"
    first.terminate()
    first.communicate(timeout=30)
    assert json.loads(desk.type("mark", "guess", "x", "--json").out)["drill"] == "2"
    late = desk.type("mark", "guess", "x", "--drill", "1")
    assert (late.code, "drill 1 is over: nothing is added to it any more" in late.err) == (2, True)


def test_who_joined_is_there_in_the_next_drill_too_once_they_speak(here):
    desk = here.terminal()
    first = here.run(here.scenario())
    desk.type("join", "--as", "li", "--role", "lead")
    first.terminate()
    first.communicate(timeout=30)
    here.run(here.scenario())

    desk.type("mark", "guess", "again")

    kinds = [(each["kind"], each["by"]) for each in here.entries("2") if each["by"] == "li"]
    assert kinds == [("person", "li"), ("mark", "li")]
