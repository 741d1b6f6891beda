"""`command` runs a real program without a shell, within its time, and leaves nothing of it running or told."""

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import wait_until

from drills.signals import registry
from drills.signals.bounded_run import OUTPUT_LIMIT
from drills.signals.contract import EVIDENCE_LIMIT, Judgement, Probe, Reading, SignalError, Unanswered
from drills.signals.probes.command_output import number
from injectors.contract import InjectorError
from injectors.values import rebuild

CANARY = "canary-e2 40'c8"
SH = shutil.which("sh") or "/bin/sh"


def made(run: list[str], good: dict[str, Any] | None = None, unanswered: Any = (), **target: Any) -> Probe:
    """As gameday makes it."""
    kind = registry.probe_kind("command")
    settings = rebuild(kind.settings, {"allow": [run[0]], **target})
    asked = rebuild(kind.parameters, {"run": run, "unanswered": list(unanswered)})
    return kind.make(settings, asked, rebuild(kind.good, good or {}))


def shell(script: str, *words: str, **told: Any) -> Probe:
    """A program of a few lines, which a test may well write in shell."""
    return made([SH, "-c", script, "sh", *words], **told)


def looked(probe: Probe, timeout: float = 10) -> tuple[Reading, Judgement]:
    reading = probe.read(timeout)
    return reading, probe.judge(reading)


def silence(probe: Probe, timeout: float = 10) -> str:
    with pytest.raises(Unanswered) as nothing:
        looked(probe, timeout)
    return f"{nothing.value}"


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    ("script", "good", "holds", "why"),
    [
        ("exit 0", {}, True, "exit 0 in"),
        ("exit 3", {}, False, "exit 3, wanted 0"),
        ("exit 3", {"exit": 3}, True, "exit 3 in"),
        ("exit 3", {"exit": [0, 3]}, True, "exit 3 in"),
        ("exit 4", {"exit": [0, 3]}, False, "exit 4, wanted 0 or 3"),
        ("echo 3 ready", {"contains": "ready"}, True, "exit 0 in"),
        ("echo 3 ready >&2", {"contains": "ready"}, False, "it did not print 'ready'"),
        ("echo 3", {"equals": 3}, True, "it printed 3"),
        ("echo ' -7.5e1 '", {"at_most": -75}, True, "it printed -75"),
        ("echo 12", {"below": 10}, False, "it printed 12, wanted below 10"),
        ("echo twelve", {"below": 10}, False, "it printed a text of 6 characters, wanted below 10"),
        ("echo ready", {"equals": "ready"}, True, "it printed a text of 5 characters"),
        ("true", {"equals": 0}, False, "it printed a text of 0 characters, wanted 0"),
        ("""echo '{"late": 0, "more": 1}'""", {"json": {"late": 0}}, True, "exit 0 in"),
        ("""echo '{"late": 2}'""", {"json": {"late": 0}}, False, "json.late is 2, wanted 0"),
        ("echo none", {"json": {"late": 0}}, False, "what it printed is no JSON"),
    ],
)
def test_its_end_and_what_it_prints_are_judged(script, good, holds, why):
    verdict = looked(shell(script, good=good))[1]
    assert verdict.good is holds
    assert verdict.why.startswith(why)


def test_errors_are_evidence_too():
    assert looked(shell("echo out; echo err >&2"))[0].evidence == b"out\n\n[errors]\nerr\n"


def test_an_exit_code_can_mean_that_nothing_is_known():
    assert silence(shell("exit 75", unanswered=[75])) == f"{SH} ended with 75: it could not ask"


def test_there_is_no_shell(tmp_path):
    trap = tmp_path / "trap"
    words = [f"$(touch {trap})", f"; touch {trap}", "`id`", "*", "$HOME"]
    reading = made(["printf", "%s\n", *words]).read(10)
    assert reading.evidence.decode().splitlines() == words
    assert not trap.exists()


def test_only_programs_of_the_targets_list_run_and_only_exactly_as_they_are_written():
    kind = registry.probe_kind("command")
    for allowed in ("/bin/ls", "sh -c", "rm"):
        settings = rebuild(kind.settings, {"allow": [allowed]})
        with pytest.raises(SignalError, match="/bin/rm may not be run: write it into the `allow:` list"):
            kind.make(settings, rebuild(kind.parameters, {"run": ["/bin/rm", "-rf"]}), rebuild(kind.good, {}))


@pytest.mark.parametrize("wrong", ["rm -rf /", [], [""], ["a\0b"], ["x"] * 101, [5]])
def test_what_is_no_list_of_words_is_refused(wrong):
    with pytest.raises(InjectorError, match="run"):
        rebuild(registry.probe_kind("command").parameters, {"run": wrong})


# --- what it gets


def test_it_sees_its_own_environment_and_nothing_of_ours(monkeypatch):
    monkeypatch.setenv("DATABASE_PASSWORD", CANARY)
    reading = made(["env"], environment={"SHOP": "eu", "LC_ALL": "C"}).read(10)
    seen = dict(line.split("=", 1) for line in reading.evidence.decode().splitlines())
    assert seen.pop("SHOP") == "eu"
    assert seen.pop("LC_ALL") == "C"
    assert {*seen} <= {"PATH", "HOME", "TZ", "TMPDIR"}


def test_it_gets_a_secret_and_what_it_prints_of_it_is_kept_nowhere(monkeypatch):
    monkeypatch.setenv("SHOP_TOKEN", CANARY)
    script = 'echo "$TOKEN"; echo "$TOKEN" >&2; test -n "$TOKEN"'
    probe = shell(script, environment={"TOKEN": {"env": "SHOP_TOKEN"}}, good={"equals": "something"})
    reading, verdict = looked(probe)
    assert reading.fields["exit"] == 0
    assert reading.evidence == b"[secret]\n\n[errors]\n[secret]\n"
    for kept in (repr(reading), repr(verdict), repr(probe)):
        assert "e2 40" not in kept


def test_without_its_secret_it_is_not_run_and_the_variable_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("SHOP_TOKEN", raising=False)
    probe = shell(f"touch {tmp_path}/ran", environment={"TOKEN": {"env": "SHOP_TOKEN"}})
    assert "export SHOP_TOKEN" in silence(probe)
    assert not (tmp_path / "ran").exists()


def test_it_runs_in_the_targets_folder_and_can_wait_for_no_input(tmp_path):
    assert shell("pwd; cat", folder=str(tmp_path)).read(10).evidence == f"{tmp_path}\n".encode()


@pytest.mark.parametrize(
    ("program", "told", "said"),
    [
        ("/no/such/program", {}, "/no/such/program cannot be started: No such file or directory"),
        ("/etc/passwd", {}, "/etc/passwd cannot be started: Permission denied"),
        ("true", {"folder": "/no/folder"}, "true cannot be started: No such file or directory (/no/folder)"),
        ("true", {"environment": {"A": "b\0c"}}, "true cannot be started: a variable or its folder holds a zero byte"),
    ],
)
def test_what_cannot_be_started_says_nothing_about_the_world(program, told, said):
    assert silence(made([program], **told)) == said


# --- its bounds


def test_one_that_takes_too_long_is_ended_with_all_it_started(tmp_path):
    script = 'sleep 90 & echo $! > "$1/a"; sh -c "sleep 90 & wait" & echo $! > "$1/b"; trap "" TERM; wait; sleep 90'
    began = time.monotonic()
    assert silence(shell(script, str(tmp_path)), timeout=1.5) == f"{SH} did not end within 1.5 s"
    assert time.monotonic() - began < 2.5
    for file in ("a", "b"):
        pid = int((tmp_path / file).read_text())
        wait_until(lambda pid=pid: gone(pid), f"{file} is ended")  # type: ignore[misc]


def test_what_it_leaves_running_is_ended_and_not_waited_for(tmp_path):
    began = time.monotonic()
    verdict = looked(shell('sleep 90 & echo $! > "$1/left"; echo done', str(tmp_path), good={"contains": "done"}))[1]
    assert verdict.good
    assert time.monotonic() - began < 5
    wait_until(lambda: gone(int((tmp_path / "left").read_text())), "what was left is ended")


def test_one_that_closes_its_output_is_still_waited_for():
    assert looked(shell("exec >&- 2>&-; sleep 0.2; exit 3", good={"exit": 3}))[1].good


def test_one_that_was_killed_says_nothing():
    assert silence(shell("kill -9 $$")) == f"{SH} was killed by signal 9"


def test_endless_output_ends_at_the_timeout_and_takes_no_memory():
    before = psutil.Process().memory_info().rss
    assert "did not end within 0.5 s" in silence(made(["yes", "x" * 1000]), timeout=0.5)
    assert psutil.Process().memory_info().rss - before < 50 * 1024 * 1024


def test_too_much_output_is_judged_only_by_what_was_kept():
    script = f"echo begin; head -c {2 * OUTPUT_LIMIT} /dev/zero; echo end"
    reading, verdict = looked(shell(script, good={"contains": "begin"}))
    assert verdict.good
    assert len(reading.evidence) == EVIDENCE_LIMIT
    assert reading.evidence.endswith(b"[cut here]")
    for good in ({"contains": "end"}, {"equals": 3}, {"json": {}}):
        assert silence(shell(script, good=good)) == "it printed too much to judge"
    assert looked(shell(script))[1].good, "its exit code alone was asked for"


def test_nothing_of_it_is_left_behind_not_even_an_open_file_or_a_zombie():
    made(["true"]).read(10)
    files = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        shell("sleep 0.01; echo x").read(10)
        silence(shell("sleep 9"), timeout=0.05)
    assert len(list(Path("/proc/self/fd").iterdir())) <= files
    assert not [each for each in psutil.Process().children() if each.status() == psutil.STATUS_ZOMBIE]


def test_it_is_in_a_session_of_its_own():
    script = "import os; print(os.getsid(0))"
    told = made([sys.executable, "-c", script], good={"equals": os.getsid(0)}).read(10)
    assert told.value != os.getsid(0)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("3", 3),
        ("-3", -3),
        ("0.25", 0.25),
        ("1e3", 1000.0),
        ("9007199254740993", 9007199254740993),
        ("", None),
        ("3 ready", None),
        ("1_000", None),
        ("0x10", None),
        ("٣", None),
        ("3\n4", None),
    ],
)
def test_what_is_printed_is_one_number_or_none(text, read):
    assert number(text) == read
    assert type(number(text)) is type(read)


@pytest.mark.parametrize("text", ["nan", "-inf", "Infinity", "1e999"])
def test_a_number_that_is_none_says_nothing(text):
    assert silence(made(["echo", text], {"below": 3})) == "it printed is not a finite number"


@given(value=st.one_of(st.integers(-(10**30) + 1, 10**30 - 1), st.floats(allow_nan=False, allow_infinity=False)))
def test_every_number_is_read_as_it_was_printed(value):
    assert number(f"{value!r}") == value


@given(text=st.text(max_size=30))
def test_any_text_is_a_number_or_none(text):
    found = number(text)
    assert found is None or float(text) == pytest.approx(found, nan_ok=True)
