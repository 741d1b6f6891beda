"""Every fault of processes keeps the contract, on real processes, with pid files and with the real supervisord."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from servers import Running, end_tree, wait_until
from workers import NAMES, Workers, stop_by_hand

from injectors import registry
from injectors.contract import Change, Fleeting, InjectorError, Refused, State, Undo, Unreachable
from injectors.process import kernel
from injectors.testing import STEPS, check_injector
from injectors.values import rebuild

TAG = "gameday-7-0a1b2c"
ONLY_TWO = "a process lives, stands still or is gone: nobody can give it a third value"
KERNEL = "the kernel always answers; a supervisor that does not is tried below"


class WorkerWorld:
    """Three real workers."""

    patience = 3.0
    secrets = ()

    def __init__(self, workers: Workers, fault: str) -> None:
        self.cannot = {"drift": ONLY_TWO, "unreachable": KERNEL}
        self.workers = workers
        self.fault = fault

    def reset(self, consent: str | None = "staging") -> Change:
        self.workers.fresh(consent)
        target = {"pidfiles": self.workers.pidfiles, "supervisor": self.workers.supervisor}
        kind = f"process.{self.fault}"
        return Change("one", kind, "worker-1", TAG, target=target, vault=str(self.workers.vault))

    def unconsented(self) -> Change:
        return self.reset(consent=None)

    def state(self) -> Any:
        return self.workers.state()

    def writes(self) -> int:
        return self.workers.calls("start", "stop")

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        (self.workers.folder / "fail").write_text(f"{call} {'lost' if reply_lost else 'no'}\n")

    def silence(self) -> AbstractContextManager[None]:
        raise NotImplementedError

    def vanish(self) -> None:
        self.workers.vanish()

    def replace(self) -> None:
        self.workers.do("stop", "worker-1")
        self.mend()

    def foreign(self) -> None:
        stop_by_hand(self.workers.pid("worker-2"))

    def drift(self) -> None:
        raise NotImplementedError

    def mend(self) -> None:
        if self.fault == "stop":
            self.workers.signal("worker-1", signal.SIGCONT)
        self.workers.do("start", "worker-1")
        wait_until(lambda: len(self.workers.tree("worker-1")) == 3, "the worker is up")


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers() as pool:
        yield pool


def world_of(fault: str, workers: Workers) -> tuple[WorkerWorld, Change]:
    world = WorkerWorld(workers, fault)
    return world, world.reset()


@pytest.mark.parametrize("fault", ["kill", "stop", "keep_down"])
def test_every_fault_keeps_the_contract(workers, fault):
    world = WorkerWorld(workers, fault)
    report = check_injector(registry.make, world)
    assert report.cannot == world.cannot
    assert {*report.passed, *report.cannot} == set(STEPS)


@pytest.mark.parametrize("fault", ["kill", "stop", "keep_down"])
def test_subjects_are_the_slots_that_somebody_is_in(workers, fault):
    _, change = world_of(fault, workers)
    kind = registry.kind(change.kind)
    assert kind.subjects(change.target, {}) == list(NAMES)
    workers.do("stop", "worker-2")
    assert kind.subjects(change.target, {}) == ["worker-1", "worker-3"]
    (workers.folder / "run" / "worker-2.pid").write_text("no number\n")
    (workers.folder / "run" / "worker-3.pid").write_text("")
    assert kind.subjects(change.target, {}) == ["worker-1"]


def test_without_anybody_alive_there_is_nothing_to_select(workers):
    _, change = world_of("kill", workers)
    workers.end()
    with pytest.raises(Refused, match="no live process"):
        registry.kind("process.kill").subjects(change.target, {})


# --- whom a fault may hit


def test_consent_for_another_environment_is_refused(workers):
    world = WorkerWorld(workers, "kill")
    with pytest.raises(Refused, match=r"another environment, 'production': start it with GAMEDAY_CONSENT=staging"):
        registry.make(world.reset(consent="production")).prepare()


def test_a_consent_list_names_the_slot_as_well(workers):
    _, change = world_of("stop", workers)
    with pytest.raises(Refused, match=r"write `consent: \[worker-2, worker-1\]`"):
        registry.make(replace(change, consent=("worker-2",))).prepare()
    registry.make(replace(change, consent=("worker-1",))).prepare()


def test_gameday_itself_and_all_above_it_are_never_hurt(workers, tmp_path):
    _, change = world_of("kill", workers)
    for pid in (1, os.getpid(), os.getppid()):
        (tmp_path / "run.pid").write_text(str(pid))
        own = replace(change, subject="run", target={"pidfiles": str(tmp_path / "*.pid")})
        with pytest.raises(Refused, match="never hurt"):
            registry.make(own).prepare()


def test_a_pid_file_whose_pid_was_used_again_names_nobody(workers):
    _, change = world_of("kill", workers)
    an_hour_ago = time.time() - 3600
    os.utime(workers.folder / "run" / "worker-1.pid", (an_hour_ago, an_hour_ago))
    with pytest.raises(Refused, match="nobody is in the slot worker-1"):
        registry.make(change).prepare()


def test_a_pid_that_was_used_again_after_it_was_recorded_is_never_hit(workers):
    for fault in ("kill", "stop"):
        _, change = world_of(fault, workers)
        injector = registry.make(change)
        undo = injector.prepare()
        pid, start = undo.facts["root"]
        another = Undo(undo.kind, 1, {**undo.facts, "root": [pid, start - 1]})
        with contextlib.suppress(InjectorError):
            injector.inject(another)
        assert workers.state()["worker-1"] == ["live"] * 3
        assert kernel.send(kernel.Process(pid, start - 1), signal.SIGKILL) is False


def test_everything_recorded_before_the_machine_was_booted_is_gone(workers):
    for fault in ("kill", "stop"):
        _, change = world_of(fault, workers)
        injector = registry.make(change)
        undo = injector.prepare()
        before = Undo(undo.kind, 1, {**undo.facts, "boot": "another"})
        with pytest.raises(InjectorError, match="since it was looked at"):
            injector.inject(before)
        injector.inject(undo)
        assert injector.inspect(before) is State.CLEAR
        injector.revert(before)
        assert injector.inspect(undo) is State.ACTIVE
        injector.revert(undo)


def test_an_undo_of_a_newer_version_is_never_guessed(workers):
    for fault in ("kill", "stop", "keep_down"):
        _, change = world_of(fault, workers)
        injector = registry.make(change)
        newer = replace(injector.prepare(), version=2)
        with pytest.raises(InjectorError, match="newer gameday"):
            injector.revert(newer)


def test_somebody_elses_process_is_refused_without_the_right_to_signal_it(workers):
    if os.geteuid() != 0:
        pytest.skip("only root can give up the right")
    _, change = world_of("kill", workers)
    change = replace(change, target={"pidfiles": workers.pidfiles})
    workers.folder.chmod(0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(Refused, match="no right to"):
            registry.make(change).prepare()
    finally:
        os.seteuid(0)


# --- the whole tree, and exactly it


def test_a_kill_takes_the_whole_tree_and_nobody_else(workers):
    _, change = world_of("kill", workers)
    tree = workers.tree("worker-1")
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    assert [each for each in tree if each.is_running() and each.status() != psutil.STATUS_ZOMBIE] == []
    assert isinstance(injector, Fleeting)
    assert injector.happened(undo)
    assert workers.state() == {"worker-1": [], "worker-2": ["live"] * 3, "worker-3": ["live"] * 3}


def test_a_kill_without_a_start_command_waits_for_the_supervisor(workers):
    world, change = world_of("kill", workers)
    injector = registry.make(replace(change, target={"pidfiles": workers.pidfiles}))
    undo = injector.prepare()
    injector.inject(undo)
    injector.revert(undo)
    assert injector.inspect(undo) is State.ACTIVE
    world.mend()
    assert injector.inspect(undo) is State.CLEAR


def test_a_pool_that_names_its_slots_anew_is_whole_by_their_number(workers):
    _, change = world_of("kill", workers)
    injector = registry.make(replace(change, target={"pidfiles": workers.pidfiles}))
    undo = injector.prepare()
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE
    workers.do("start", "worker-4")
    assert injector.inspect(undo) is State.CLEAR
    workers.do("stop", "worker-4")


def test_who_was_stopped_by_somebody_else_before_stays_stopped(workers):
    _, change = world_of("stop", workers)
    stop_by_hand(workers.tree("worker-1")[2].pid)
    before = workers.state()
    assert before["worker-1"] == ["live", "live", "stopped"]
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    assert workers.state()["worker-1"] == ["stopped"] * 3
    assert injector.inspect(undo) is State.ACTIVE
    injector.revert(undo)
    wait_until(lambda: workers.state() == before, "as before", 3)


def test_children_whose_parent_was_replaced_meanwhile_are_let_go(workers):
    _, change = world_of("stop", workers)
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    top, *children = workers.tree("worker-1")
    top.kill()
    workers.do("start", "worker-1")
    wait_until(lambda: not kernel.identify(top.pid), "it is gone")
    assert injector.inspect(undo) is State.MIXED
    injector.revert(undo)
    wait_until(lambda: {each.status() for each in children} == {"sleeping"}, "let go", 3)
    assert injector.inspect(undo) is State.CLEAR


def test_a_process_somebody_stopped_already_is_refused(workers):
    _, change = world_of("stop", workers)
    pid = workers.pid("worker-1")
    stop_by_hand(pid)
    for fault in ("stop", "kill", "keep_down"):
        with pytest.raises(Refused, match=f"stopped already.*kill -CONT {pid}"):
            registry.make(replace(change, kind=f"process.{fault}")).prepare()


FORKING = """
import os, signal, sys, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print(os.getpid(), file=open(sys.argv[1], "w"), flush=True)
while True:
    if os.fork() == 0:
        time.sleep(0.1)
        if os.fork() == 0:
            time.sleep(0.2)
        os._exit(0)
    time.sleep(0.001)
"""


@contextlib.contextmanager
def forking(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A tree that never stands still: new children all the time, and children of those."""
    program = [sys.executable, "-S", "-c", FORKING, str(folder / "busy.pid")]
    environment = {**os.environ, "GAMEDAY_CONSENT": "staging"}
    process = subprocess.Popen(program, env=environment, start_new_session=True)
    try:
        wait_until(lambda: (folder / "busy.pid").exists() and (folder / "busy.pid").read_text(), "it runs")
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)


def of_session(session: int) -> list[str]:
    states = []
    for pid in psutil.pids():
        with contextlib.suppress(OSError, psutil.NoSuchProcess):
            if os.getsid(pid) == session:
                states.append(psutil.Process(pid).status())
    return [state for state in states if state != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("fault", ["stop", "kill"])
def test_no_child_slips_through_while_the_tree_is_forking(tmp_path, fault):
    vault = tmp_path / "vault"
    vault.mkdir()
    target = {"pidfiles": str(tmp_path / "*.pid")}
    with forking(tmp_path) as busy:
        injector = registry.make(Change("one", f"process.{fault}", "busy", TAG, target=target, vault=str(vault)))
        undo = injector.prepare()
        injector.inject(undo)
        # Grandchildren whose parent had ended before are nobody's any more: they end by themselves.
        time.sleep(0.35)
        assert set(of_session(busy.pid)) <= ({"stopped"} if fault == "stop" else set())
        injector.revert(undo)
        if fault == "stop":
            assert injector.inspect(undo) is State.CLEAR
            wait_until(lambda: "stopped" not in of_session(busy.pid), "let go", 3)


CRASHING = """
import json, sys
from injectors import registry
from injectors.contract import Change, Undo
change, undo = json.load(open(sys.argv[1]))
injector = registry.make(Change(**change))
print("ready", flush=True)
sys.stdin.readline()
injector.inject(Undo(**undo))
"""


@pytest.mark.parametrize("fault", ["stop", "kill"])
def test_an_inject_that_is_killed_at_any_moment_leaves_nobody_stopped(workers, tmp_path, fault):
    chance = random.Random(fault)
    for _ in range(12):
        _, change = world_of(fault, workers)
        injector = registry.make(change)
        undo = injector.prepare()
        family = workers.tree("worker-1")
        (tmp_path / "change").write_text(json.dumps([asdict(change), asdict(undo)]))
        crash_in_mid_inject(tmp_path / "change", chance.uniform(0, 0.015))
        injector.revert(undo)
        assert injector.inspect(undo) is State.CLEAR
        wait_until(lambda: len(workers.tree("worker-1")) == 3, "whole", 3)
        assert "stopped" not in [each.status() for each in family if each.is_running()]


def crash_in_mid_inject(change: Path, after: float) -> None:
    program = [sys.executable, "-c", CRASHING, str(change)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as crashing:
        assert crashing.stdout
        assert crashing.stdin
        crashing.stdout.readline()
        crashing.stdin.write(b"\n")
        crashing.stdin.flush()
        time.sleep(after)
        crashing.kill()


# --- a supervisor's own word


def test_pid_files_alone_cannot_keep_anybody_down(workers):
    _, change = world_of("keep_down", workers)
    alone = {"pidfiles": workers.pidfiles}
    for call in (
        lambda: registry.make(replace(change, target=alone)).prepare(),
        lambda: registry.kind("process.keep_down").subjects(alone, {}),
    ):
        with pytest.raises(Refused, match=r"write a `supervisor:` with `start:` and `stop:`"):
            call()


@pytest.mark.parametrize("fault", ["kill", "stop", "keep_down"])
def test_a_supervisor_alone_says_who_is_who(workers, fault):
    _, change = world_of(fault, workers)
    change = replace(change, target={"supervisor": {"names": list(NAMES), **workers.supervisor}})
    before = workers.state()
    injector = registry.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    assert injector.inspect(undo) is State.ACTIVE
    injector.revert(undo)
    assert injector.inspect(undo) is State.CLEAR
    wait_until(lambda: workers.state() == before, "as before", 3)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("echo no such process worker-1; echo 1 2", "told no pid for worker-1"),
        ("echo No such process worker-1", "told no pid"),
        ("exit 1", "told no pid"),
        ("sleep 30", "did not end within 0.3 s"),
    ],
)
def test_a_supervisor_that_gives_no_pid_is_unreachable_and_what_it_said_is_not_repeated(tmp_path, answer, said):
    script = tmp_path / "ctl"
    script.write_text(f"#!/bin/sh\necho canary-4711\n{answer}\n")
    script.chmod(0o755)
    target = {"supervisor": {"names": ["worker-1"], "pid": [str(script), "{name}"]}, "timeout": 0.3}
    with pytest.raises(Unreachable, match=said) as raised:
        registry.make(Change("one", "process.kill", "worker-1", TAG, target=target)).prepare()
    assert "canary" not in str(raised.value)


def test_a_program_that_is_not_installed_is_named(tmp_path):
    target = {"supervisor": {"names": ["worker-1"], "pid": [str(tmp_path / "nosuchctl"), "{name}"]}}
    with pytest.raises(InjectorError, match="nosuchctl cannot be started: No such file"):
        registry.make(Change("one", "process.kill", "worker-1", TAG, target=target)).prepare()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "write `pidfiles:`, or a supervisor"),
        ({"pidfiles": "run/*.pid"}, "absolute"),
        ({"supervisor": {"names": ["worker-1"]}}, "write `pidfiles:`, or a supervisor"),
        ({"supervisor": {"names": ["--help"], "pid": ["ctl"]}}, "a name holds letters"),
        ({"pidfiles": "/run/*.pid", "supervisor": {"start": "ctl start worker"}}, "tuple"),
        ({"pidfiles": "/run/*.pid", "supervisors": {}}, "supervisors"),
    ],
)
def test_settings_that_cannot_work_are_named(settings, said):
    with pytest.raises(InjectorError, match=said):
        rebuild(registry.kind("process.kill").settings, settings)


def test_two_pid_files_of_one_name_are_refused(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "main.pid").write_text("1")
    with pytest.raises(Refused, match="have one name"):
        registry.kind("process.kill").subjects({"pidfiles": str(tmp_path / "*" / "main.pid")}, {})


# --- the real supervisord

SUPERVISORD = """
[unix_http_server]
file={folder}/socket
[supervisord]
nodaemon=true
pidfile={folder}/supervisord.pid
logfile={folder}/log
childlogdir={folder}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{folder}/socket
[program:worker]
command=sleep 900
process_name=%(program_name)s-%(process_num)d
numprocs=2
numprocs_start=1
startsecs=0
autorestart={autorestart}
environment=GAMEDAY_CONSENT="staging"
"""


class Supervisord(Running):
    """The real one, with two workers."""

    def __init__(self, autorestart: str) -> None:
        super().__init__("supervisord")
        self.config = self.folder / "supervisord.conf"
        self.config.write_text(SUPERVISORD.format(folder=self.folder, autorestart=autorestart))
        self.control = [str(Path(sys.executable).with_name("supervisorctl")), "-c", str(self.config)]

    def __enter__(self):
        program = [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", str(self.config)]
        self.run(program, (self.folder / "socket").exists)
        wait_until(lambda: all(self.pids().values()), "both workers are up")
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)
        end_tree(self.process)
        self.close()

    def tell(self, *words: str) -> str:
        return subprocess.run([*self.control, *words], check=False, capture_output=True, timeout=20).stdout.decode()

    def pids(self) -> dict[str, int]:
        said = self.tell("status").splitlines()
        return {line.split()[0]: int(line.split()[3].strip(",")) if "RUNNING" in line else 0 for line in said}

    def change(self, fault: str) -> Change:
        supervisor = {verb: [*self.control, verb, "{name}"] for verb in ("pid", "start", "stop")}
        names = ["worker:worker-1", "worker:worker-2"]
        target = {"supervisor": {"names": names, **supervisor}, "timeout": 5}
        vault = self.folder / "vault"
        vault.mkdir(exist_ok=True)
        return Change("one", f"process.{fault}", names[0], TAG, target=target, vault=str(vault))


def test_supervisord_keeps_a_program_down_and_starts_it_again():
    with Supervisord("true") as supervisord:
        change = supervisord.change("keep_down")
        assert registry.kind(change.kind).subjects(change.target, {}) == ["worker:worker-1", "worker:worker-2"]
        injector = registry.make(change)
        undo = injector.prepare()
        injector.inject(undo)
        injector.inject(undo)
        assert supervisord.pids()["worker:worker-1"] == 0
        assert injector.inspect(undo) is State.ACTIVE
        with pytest.raises(Refused):
            injector.prepare()
        injector.revert(undo)
        injector.revert(undo)
        assert injector.inspect(undo) is State.CLEAR
        assert supervisord.pids()["worker:worker-1"] != undo.facts["root"][0]


def test_supervisord_that_does_not_answer_is_unreachable_and_reverted_later():
    with Supervisord("true") as supervisord:
        change = supervisord.change("keep_down")
        hasty = registry.make(replace(change, target={**change.target, "timeout": 1}))
        injector = registry.make(change)
        undo = injector.prepare()
        injector.inject(undo)
        assert supervisord.process
        supervisord.process.send_signal(signal.SIGSTOP)
        for verb in (hasty.prepare, lambda: hasty.inspect(undo), lambda: hasty.revert(undo)):
            with pytest.raises(Unreachable, match="did not end within 1 s"):
                verb()
        supervisord.process.send_signal(signal.SIGCONT)
        injector.revert(undo)
        assert injector.inspect(undo) is State.CLEAR


def test_supervisord_restarts_a_killed_worker_before_anybody_looks_and_yet_it_happened():
    with Supervisord("true") as supervisord:
        injector = registry.make(supervisord.change("kill"))
        undo = injector.prepare()
        injector.inject(undo)
        assert isinstance(injector, Fleeting)
        assert injector.happened(undo)
        wait_until(lambda: injector.inspect(undo) is State.CLEAR, "supervisord starts it again", 5)
        new = supervisord.pids()["worker:worker-1"]
        assert new not in (0, undo.facts["root"][0])
        injector.revert(undo)
        assert supervisord.pids()["worker:worker-1"] == new


def test_supervisord_that_does_not_restart_is_asked_to():
    with Supervisord("false") as supervisord:
        injector = registry.make(supervisord.change("kill"))
        undo = injector.prepare()
        injector.inject(undo)
        assert injector.inspect(undo) is State.ACTIVE
        injector.revert(undo)
        assert injector.inspect(undo) is State.CLEAR
