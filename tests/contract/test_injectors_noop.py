"""The reference injector keeps the contract, and harms nothing but its own line."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from injectors import noop, registry
from injectors.contract import Change, Drifted, Refused, State, Undo
from injectors.testing import STEPS, BrokenPromise, check_injector

TAG = "gameday-7-0a1b2c"


class FileWorld:
    """One file in a folder of its own."""

    cannot = {  # noqa: RUF012  never changed
        "inject_fails_at_every_call": "a file has no calls to cut; a line that was cut off is tried below",
        "revert_fails_at_every_call": "a file has no calls to cut; a line that was cut off is tried below",
        "foreign_before": "a file holds one content: what somebody else adds is a third value, see drift",
        "foreign_during": "a file holds one content: what somebody else adds is a third value, see drift",
        "consent_missing": "it harms nothing, so it asks for none",
    }
    patience = 2.0
    secrets = ()

    def __init__(self, folder: Path, before: str | None, *, named: bool = True) -> None:
        self.folder = folder / "target"
        self.named = named
        self.before = before
        self.file = self.folder / ("a file" if named else "noop-line")

    def reset(self) -> Change:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self._write(self.before)
        parameters = {"file": str(self.file)} if self.named else {}
        return Change("line", "noop", "noop", TAG, parameters=parameters, vault="" if self.named else str(self.folder))

    def unconsented(self) -> Change:
        raise NotImplementedError

    def state(self) -> Any:
        return self.file.read_text() if self.file.exists() else None

    def writes(self) -> int:
        return self.file.stat().st_mtime_ns if self.file.exists() else 0

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        raise NotImplementedError

    @contextlib.contextmanager
    def silence(self) -> Iterator[None]:
        kept = self.file.with_name("kept")
        self.file.rename(kept)
        self.file.mkdir()
        yield
        self.file.rmdir()
        kept.rename(self.file)

    def vanish(self) -> None:
        shutil.rmtree(self.folder)

    def replace(self) -> None:
        self.file.unlink(missing_ok=True)
        self.file.write_text("another file")

    def foreign(self) -> None:
        raise NotImplementedError

    def drift(self) -> None:
        with self.file.open("a") as file:
            file.write("somebody was here\n")

    def mend(self) -> None:
        self._write(self.before)

    def _write(self, content: str | None) -> None:
        if content is None:
            self.file.unlink(missing_ok=True)
        else:
            self.file.write_text(content)


@pytest.mark.parametrize("before", [None, "", "one\ntwo", "ünï\n"])
@pytest.mark.parametrize("named", [True, False])
def test_noop_keeps_the_contract(tmp_path, before, named):
    world = FileWorld(tmp_path, before, named=named)
    report = check_injector(registry.make, world)
    assert report.cannot == world.cannot
    assert {*report.passed, *report.cannot} == set(STEPS)


def test_an_effect_can_be_counted_from_outside(tmp_path):
    change = FileWorld(tmp_path, "before\n").reset()
    injector = noop.make(change)
    undo = injector.prepare()
    injector.inject(undo)
    assert Path(change.parameters["file"]).read_text() == f"before\n{TAG} line\n"


def test_two_changes_of_a_drill_in_the_same_file_are_refused(tmp_path):
    world = FileWorld(tmp_path, "before\n")
    injector = noop.make(world.reset())
    injector.inject(injector.prepare())
    with pytest.raises(Refused, match="already carries a line of gameday"):
        noop.make(Change("other", "noop", "noop", TAG, parameters={"file": str(world.file)})).prepare()


def test_an_inject_that_comes_twice_at_the_same_moment_is_ended_by_one_revert(tmp_path):
    world = FileWorld(tmp_path, "before\n")
    injector = noop.make(world.reset())
    undo = injector.prepare()
    world.file.write_text("before\n" + f"{TAG} line\n" * 2)
    assert injector.inspect(undo) is State.ACTIVE
    injector.revert(undo)
    assert world.state() == "before\n"


def test_a_file_changed_since_prepare_is_not_touched(tmp_path):
    world = FileWorld(tmp_path, "before\n")
    injector = noop.make(world.reset())
    undo = injector.prepare()
    world.file.write_text("after\n")
    with pytest.raises(Refused, match="changed since"):
        injector.inject(undo)


@pytest.mark.parametrize("before", [None, "", "before\n"])
def test_wherever_the_line_was_cut_off_by_a_crash_a_revert_takes_it_back_and_an_inject_makes_it_whole(tmp_path, before):
    world = FileWorld(tmp_path, before)
    line = f"{TAG} line\n"
    for written in range(len(line)):
        injector = noop.make(world.reset())
        undo = injector.prepare()
        world.file.write_text((before or "") + line[:written])
        assert injector.inspect(undo) is (State.MIXED if written or before is None else State.CLEAR)
        injector.revert(undo)
        assert world.state() == before
        world.file.write_text((before or "") + line[:written])
        injector.inject(undo)
        assert world.state() == (before or "") + line
        injector.revert(undo)
        assert world.state() == before


def test_without_a_file_and_a_vault_it_is_refused():
    with pytest.raises(Refused, match="needs a folder"):
        noop.make(Change("line", "noop", "noop", TAG))


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * (noop.FILE_LIMIT + 1)])
def test_a_file_it_could_not_put_back_is_refused(tmp_path, content):
    world = FileWorld(tmp_path, "")
    change = world.reset()
    world.file.write_bytes(content)
    with pytest.raises(Refused):
        noop.make(change).prepare()


def test_a_relative_path_is_refused_at_the_check():
    with pytest.raises(ValueError, match="absolute path"):
        noop.Parameters.model_validate({"file": "here.txt"})


# --- the suite itself notices what it is there for


class Forgetful(noop.Noop):
    """Never reverts."""

    __slots__ = ()

    def revert(self, undo: Undo) -> None: ...


class Overwriting(noop.Noop):
    """Puts the old content back whatever it finds."""

    __slots__ = ()

    def revert(self, undo: Undo) -> None:
        try:
            noop.Noop.revert(self, undo)
        except Drifted:
            self.path.write_text(undo.facts["before"])


class Eager(noop.Noop):
    """Writes while it should only look."""

    __slots__ = ()

    def prepare(self) -> Undo:
        undo = noop.Noop.prepare(self)
        self.path.write_text(undo.facts["before"])
        return undo


class Telling(noop.Noop):
    """Keeps a secret in its undo."""

    __slots__ = ()

    def prepare(self) -> Undo:
        return Undo(self.change.kind, 1, {**noop.Noop.prepare(self).facts, "account": "hunter2"})


class Uncounted(noop.Noop):
    """Changes its target, and no rehearsal could tell."""

    __slots__ = ()

    def inject(self, undo: Undo) -> None:
        if self.inspect(undo) is State.CLEAR:
            with self.path.open("a") as file:
                file.write(self._line())


class SecretWorld(FileWorld):
    """A target with a secret."""

    secrets = ("hunter2",)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (Forgetful, "inspect never said clear"),
        (Overwriting, "no Drifted was raised"),
        (Eager, "wrote"),
        (Telling, "holds a secret"),
        (Uncounted, "without saying `writes.made"),
    ],
)
def test_the_suite_finds_an_injector_that_breaks_its_promise(tmp_path, broken, said):
    def make(change: Change) -> noop.Noop:
        made = noop.make(change)
        return broken(made.change, made.path)

    world = SecretWorld(tmp_path, "before\n")
    world.patience = 0.1
    with pytest.raises(BrokenPromise, match=said) as caught:
        check_injector(make, world)
    assert caught.value.__notes__[0].startswith("step ")


def test_the_suite_refuses_a_step_nobody_knows(tmp_path):
    with pytest.raises(BrokenPromise, match="no step is called dance"):
        check_injector(noop.make, FileWorld(tmp_path, ""), only=["dance"])


def test_an_undo_of_a_later_version_is_refused(tmp_path):
    world = FileWorld(tmp_path, "before\n")
    injector = noop.make(world.reset())
    later = Undo(**(json.loads(json.dumps(asdict(injector.prepare()))) | {"version": 2}))
    with pytest.raises(Exception, match="version 2"):
        injector.revert(later)
