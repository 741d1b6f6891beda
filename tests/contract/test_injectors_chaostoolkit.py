"""`chaostoolkit.action` keeps the contract with a real extension in an environment of its own."""

import contextlib
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import extension
import psutil
import pytest
from servers import wait_until

from drills.signals import registry as signals
from drills.signals.contract import Unanswered
from injectors import registry
from injectors.chaostoolkit.action import Parameters
from injectors.chaostoolkit.extension import Call, Settings, call, must_load
from injectors.contract import Change, InjectorError, Refused, State, Unreachable
from injectors.testing import STEPS, check_injector
from injectors.values import rebuild

TAG = "gameday-7-0a1b2c"
CANARY = "canary-7d21e9"


@pytest.fixture(scope="module")
def python(tmp_path_factory) -> Path:
    return extension.environment(tmp_path_factory.mktemp("chaos"))


class PoolWorld:
    """A pool that an extension closes and opens, and the drill's vault."""

    cannot = {  # noqa: RUF012  never changed
        "inject_fails_at_every_call": "one function is one call; one that raises half way is tried below",
        "revert_fails_at_every_call": "one function is one call; one that raises half way is tried below",
        "foreign_before": "a pool is open or closed, there is nothing beside it",
        "foreign_during": "a pool is open or closed, there is nothing beside it",
        "drift": "a pool is open or closed, there is no third value",
        "vanished": "only the extension knows its target: its functions raise, and the fault stays open",
        "vanished_before_inject": "only the extension knows its target: its functions raise, as when it is away",
        "replaced": "the extension's own way back decides what it does with another pool of that name",
    }
    patience = 5.0
    secrets = (CANARY,)

    def __init__(self, folder: Path, python: Path) -> None:
        self.folder, self.python = folder, python
        self.pool, self.vault = folder / "pool", folder / "vault"

    def reset(self) -> Change:
        for each in (self.pool, self.vault):
            shutil.rmtree(each, ignore_errors=True)
        self.vault.mkdir()
        self.pool.unlink(missing_ok=True)
        self.pool.write_text("open")
        return self._change(("chaosshop.pools.close_pool",))

    def _change(self, consent: tuple[str, ...]) -> Change:
        at = {"module": "chaosshop.pools", "arguments": {"path": str(self.pool)}}
        parameters = {
            **at,
            "func": "close_pool",
            "revert": [{**at, "func": "open_pool"}],
            "look": {**at, "func": "pool_is_closed", "equals": True},
        }
        target = {"python": str(self.python), "timeout": 30.0}
        subject, kind = "chaosshop.pools.close_pool", "chaostoolkit.action"
        return Change(
            "pool", kind, subject, TAG, target=target, consent=consent, parameters=parameters, vault=str(self.vault)
        )

    def unconsented(self) -> Change:
        return self._change(())

    def state(self) -> Any:
        return self.pool.read_text()

    def writes(self) -> int:
        return self.pool.stat().st_mtime_ns

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        raise NotImplementedError

    @contextlib.contextmanager
    def silence(self) -> Iterator[None]:
        kept = self.pool.with_name("kept")
        self.pool.rename(kept)
        self.pool.mkdir()
        yield
        self.pool.rmdir()
        kept.rename(self.pool)

    def vanish(self) -> None:
        raise NotImplementedError

    def replace(self) -> None:
        raise NotImplementedError

    def foreign(self) -> None:
        raise NotImplementedError

    def drift(self) -> None:
        raise NotImplementedError

    def mend(self) -> None:
        self.pool.write_text("open")


def test_an_extensions_action_keeps_the_contract(tmp_path, python):
    world = PoolWorld(tmp_path, python)
    report = check_injector(registry.make, world)
    assert report.cannot == world.cannot
    assert {*report.passed, *report.cannot} == set(STEPS)


def unseen(change: Change) -> Change:
    """The same without a function that looks."""
    parameters = {key: value for key, value in change.parameters.items() if key != "look"}
    return Change(**{name: getattr(change, name) for name in Change.__slots__} | {"parameters": parameters})


def test_without_a_look_it_is_in_force_once_the_function_has_returned_and_until_the_way_back_has(tmp_path, python):
    world = PoolWorld(tmp_path, python)
    injector = registry.make(unseen(world.reset()))
    undo = injector.prepare()
    assert injector.inspect(undo) is State.CLEAR
    injector.revert(undo)
    assert world.state() == "open", "it never ran, so there is no way back to go"
    injector.inject(undo)
    injector.inject(undo)
    assert (injector.inspect(undo), world.state()) == (State.ACTIVE, "closed")
    injector.revert(undo)
    injector.revert(undo)
    assert (injector.inspect(undo), world.state()) == (State.CLEAR, "open")


def test_one_that_raised_half_way_is_neither_clear_nor_active_and_is_reverted(tmp_path, python):
    world = PoolWorld(tmp_path, python)
    injector = registry.make(unseen(world.reset()))
    undo = injector.prepare()
    world.pool.write_text("half")
    with pytest.raises(InjectorError, match=r"chaosshop\.pools\.close_pool failed: RuntimeError: the pool is in a"):
        injector.inject(undo)
    assert injector.inspect(undo) is State.MIXED
    with pytest.raises(Unreachable, match="open_pool failed"):
        injector.revert(undo)
    world.pool.write_text("closed")
    injector.revert(undo)
    assert (injector.inspect(undo), world.state()) == (State.CLEAR, "open")


def test_without_its_way_back_an_action_is_refused_with_what_to_write():
    with pytest.raises(InjectorError, match=r"nobody knows the way back .* write `revert: \[\{module: "):
        rebuild(Parameters, {"module": "chaosshop.pools", "func": "close_pool"})


def test_a_function_that_is_not_installed_is_refused_before_anything_happens(tmp_path, python):
    world = PoolWorld(tmp_path, python)
    change = world.reset()
    missing = {**change.parameters, "revert": [{"module": "chaosshop.gone", "func": "open_pool"}]}
    changed = Change(**{name: getattr(change, name) for name in Change.__slots__} | {"parameters": missing})
    with pytest.raises(Refused, match=r"No module named 'chaosshop\.gone'.*install the extension for"):
        registry.make(changed).prepare()
    assert world.state() == "open"


def settings(python: Path, **more: Any) -> Settings:
    return rebuild(Settings, {"python": str(python), **more})


def one(func: str, *, secrets: tuple[str, ...] = (), **arguments: Any) -> Call:
    return Call(module="chaosshop.pools", func=func, arguments=arguments, secrets=secrets)


def test_one_that_hangs_is_ended_with_all_it_started(tmp_path, python):
    pids = tmp_path / "pids"
    began = time.monotonic()
    with pytest.raises(Unreachable, match="hang did not end within 3 s, and was ended"):
        call(settings(python, timeout="3s"), [one("hang", pids=str(pids))])
    assert time.monotonic() - began < 30
    for pid in map(int, pids.read_text().split()):
        wait_until(lambda pid=pid: _gone(pid), "it is gone")  # type: ignore[misc]


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_secrets_and_configuration_are_passed_as_chaos_toolkit_does_and_told_nowhere(python, monkeypatch):
    monkeypatch.setenv("SHOP_KEY", CANARY)
    held = settings(
        python,
        configuration={"region": "eu", "token": {"env": "SHOP_KEY"}},
        secrets={"shop": {"KEY": {"env": "SHOP_KEY"}}, "other": {"NAME": {"env": "SHOP_KEY"}}},
    )
    (result,) = call(held, [one("told", secrets=("shop",))])
    assert result == '[{"region": "eu", "token": "[secret]"}, {"KEY": "[secret]"}]'
    (both,) = call(held, [one("told", secrets=("shop", "other"))])
    assert '{"KEY": "[secret]", "NAME": "[secret]"}' in both
    (none,) = call(held, [one("told")])
    assert none.endswith(", null]")
    with pytest.raises(Unreachable, match=r"RuntimeError: no entry with \[secret\]") as told:
        call(held, [one("leak", secrets=("shop",))])
    assert CANARY not in f"{told.value!r} {held!r}"
    with pytest.raises(Refused, match="no secrets called gone"):
        call(held, [one("told", secrets=("gone",))])


@pytest.mark.parametrize(
    ("func", "said"), [("shout", "longer than 64 KiB"), ("leaves", "SystemExit: 3"), ("gone", "AttributeError")]
)
def test_whatever_a_function_does_is_one_error(python, func, said):
    with pytest.raises(Unreachable, match=said):
        call(settings(python), [one(func)])


def test_a_python_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Refused, match="cannot be started: No such file or directory; check `python:`"):
        must_load(settings(tmp_path / "python"), [one("size")])


@pytest.mark.parametrize(
    ("func", "arguments", "good", "holds"),
    [
        ("size", {"of": 3}, {"at_least": 3, "at_most": 5}, True),
        ("size", {"of": 7}, {"at_least": 3, "at_most": 5}, False),
        ("size", {"of": True}, {"equals": True}, True),
        ("size", {"of": "full"}, {"equals": "full"}, True),
        ("size", {"of": "full"}, {"equals": "empty"}, False),
    ],
)
def test_a_probe_judges_the_functions_result(python, func, arguments, good, holds):
    kind = signals.probe_kind("chaostoolkit.probe")
    asked = kind.parameters(module="chaosshop.pools", func=func, arguments=arguments)
    probe = kind.make(settings(python), asked, kind.good(**good))
    assert probe.judge(probe.read(30)).good is holds


def test_a_probe_that_raises_or_hangs_says_nothing(tmp_path, python):
    kind = signals.probe_kind("chaostoolkit.probe")
    for func, arguments, limit in (
        ("pool_is_closed", {"path": "/nowhere"}, 30),
        ("hang", {"pids": f"{tmp_path}/p"}, 2),
    ):
        asked = kind.parameters(module="chaosshop.pools", func=func, arguments=arguments)
        probe = kind.make(settings(python), asked, kind.good(equals=True))
        with pytest.raises(Unanswered):
            probe.read(limit)


def test_without_a_python_it_is_gamedays_own():
    (result,) = call(rebuild(Settings, {}), [Call(module="os.path", func="basename", arguments={"p": sys.executable})])
    assert result == Path(sys.executable).name
