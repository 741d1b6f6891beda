"""Every fault of a PostgreSQL server keeps the contract, on a real one behind a relay, as a small account."""

import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from postgres_relay import PostgresRelay
from postgres_server import PostgresServer
from postgres_shop import LABEL, PASSWORD, comment, furnish, state, writes
from servers import free_port, wait_until

from injectors import registry
from injectors.contract import Change, Drifted, InjectorError, Proving, Refused, State, Undo, Unreachable
from injectors.postgres import sweep
from injectors.testing import STEPS, check_injector
from injectors.values import rebuild

TAG = "gameday-7-0a1b2c"
SETTING = "default_transaction_read_only"


@pytest.fixture(autouse=True)
def _password(monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer() as running:
        furnish(running)
        yield running


@pytest.fixture(scope="module")
def another() -> Iterator[PostgresServer]:
    """What is at the same address once the first one is gone."""
    with PostgresServer() as running:
        furnish(running)
        yield running


@pytest.fixture
def relay(server) -> Iterator[PostgresRelay]:
    with PostgresRelay(server.port) as between:
        yield between


class ServerWorld:
    """A server that a relay leads to, and what people do there."""

    patience = 15.0
    secrets = (PASSWORD,)
    cannot: dict[str, str] = {}  # noqa: RUF012  nothing that it cannot
    kind = "postgres.read_only"
    subject = "server"

    def __init__(self, server: PostgresServer, relay: PostgresRelay, another: PostgresServer | None = None) -> None:
        self.server, self.relay, self.another = server, relay, another

    @property
    def now(self) -> PostgresServer:
        """Whoever is there now."""
        return self.server if self.relay.behind == self.server.port or self.another is None else self.another

    def reset(self) -> Change:
        self.relay.cut_at(0, reply_lost=False)
        self.relay.behind = self.server.port
        self.settings("RESET ALL")
        self.server.ask("ALTER ROLE gameday RESET ALL")
        comment(self.server, LABEL)
        return self.change()

    def change(self, **changed: Any) -> Change:
        target = {"host": "127.0.0.1", "port": self.relay.port, "user": "gameday", "password": {"env": "DB_PASSWORD"}}
        return replace(Change("one", self.kind, self.subject, TAG, target={**target, "timeout": 3.0}), **changed)

    def unconsented(self) -> Change:
        change = self.reset()
        comment(self.server, "the shop's orders")
        return change

    def settings(self, *words: str) -> None:
        """Change the server's settings as an administrator does, and wait until ours is what it is told to be."""
        self.now.ask(*[f"ALTER SYSTEM {each}" for each in words], "SELECT pg_reload_conf()")
        wanted = "on" if f"SET {SETTING} = 'on'" in words else "off"
        if any(SETTING in each or each == "RESET ALL" for each in words):
            wait_until(lambda: state(self.now)[1] == [(wanted,)], "the setting is in force")

    def state(self) -> Any:
        return state(self.now)

    def writes(self) -> int:
        return self.relay.writes()

    def fail_at(self, call: int, *, reply_lost: bool) -> None:
        self.relay.cut_at(call, reply_lost=reply_lost)

    def silence(self) -> AbstractContextManager[None]:
        return self.relay.silence()

    def vanish(self) -> None:
        assert self.another is not None
        self.relay.behind = self.another.port

    replace = vanish

    def foreign(self) -> None:
        self.settings("SET work_mem = '5MB'")
        comment(self.server, LABEL + " and more")

    def drift(self) -> None:
        self.settings(f"SET {SETTING} = 'on'")

    def mend(self) -> None:
        """As somebody who knows the page does: the setting, and our mark."""
        self.settings(f"RESET {SETTING}")
        self.now.ask("ALTER ROLE gameday RESET gameday.read_only")


@pytest.fixture
def world(server, relay) -> ServerWorld:
    made = ServerWorld(server, relay)
    made.reset()
    return made


def injected(change: Change) -> Undo:
    injector = registry.make(change)
    undo = injector.prepare()
    assert isinstance(injector, Proving)
    injector.prove(undo)
    injector.inject(undo)
    wait_until(lambda: injector.inspect(undo) is State.ACTIVE, "the fault is on")
    return undo


def clear(change: Change, undo: Undo) -> None:
    wait_until(lambda: registry.make(change).inspect(undo) is State.CLEAR, "the fault is over")


def test_a_server_that_loses_write_access_keeps_the_contract_as_the_account_of_the_page(server, relay, another):
    report = check_injector(registry.make, ServerWorld(server, relay, another))
    assert report.cannot == {}
    assert set(report.passed) == set(STEPS)


def test_open_sessions_lose_and_regain_writes_without_being_ended_while_reading_works(world, server):
    change = world.change()
    with server.connect("shop", "shop_app", "app") as session:
        session.execute("DELETE FROM orders")
        undo = injected(change)
        assert writes(server) == "25006"

        def refused() -> bool:
            try:
                session.execute("INSERT INTO orders VALUES (5)")
            except psycopg.errors.ReadOnlySqlTransaction:
                return True
            return False

        wait_until(refused, "the open session takes no writes either")
        assert session.execute("SELECT count(*) FROM orders").fetchone()[0] <= 1
        registry.make(change).revert(undo)
        clear(change, undo)
        wait_until(lambda: not refused(), "the same session writes again")
    assert writes(server) == ""


@pytest.mark.parametrize("was", [None, "off", "No", "0"])
def test_the_file_holds_afterwards_what_it_held_before_as_it_was_spelled(world, server, was):
    if was:
        world.settings(f"SET {SETTING} = '{was}'")
    held = server.files / "postgresql.auto.conf"
    before, found = held.read_bytes(), state(server)
    undo = injected(world.change())
    assert undo.facts["was"] == was
    assert f"{SETTING} = 'true'" in held.read_text()
    registry.make(world.change()).revert(undo)
    clear(world.change(), undo)
    assert held.read_bytes() == before
    assert state(server) == found


def test_a_server_that_is_restarted_keeps_the_fault_and_is_reverted(world, server):
    found = state(server)
    change = world.change()
    undo = injected(change)
    server.stop()
    for verb in (registry.make(change).inspect, registry.make(change).revert):
        with pytest.raises(Unreachable):
            verb(undo)
    server.start()
    assert registry.make(change).inspect(undo) is State.ACTIVE
    registry.make(change).revert(undo)
    clear(change, undo)
    assert state(server) == found


def test_a_server_that_is_killed_and_recovers_keeps_the_fault_and_is_reverted(world, server):
    found = state(server)
    undo = injected(world.change())
    family = server.process
    assert family is not None
    os.kill(family.pid, signal.SIGQUIT)
    family.wait(30)
    server.start()
    registry.make(world.change()).revert(undo)
    clear(world.change(), undo)
    assert state(server) == found


def test_somebody_elses_read_only_is_neither_overwritten_nor_ended(world):
    injector = registry.make(world.change())
    undo = injector.prepare()
    world.drift()
    with pytest.raises(Refused, match="changed since it was looked at"):
        injector.inject(undo)
    with pytest.raises(Refused, match="takes no writes already"):
        injector.prepare()
    with pytest.raises(Drifted, match="somebody else set default_transaction_read_only to 'on'"):
        injector.revert(undo)
    world.mend()


def test_our_mark_goes_with_the_revert_when_responders_ended_the_fault(world, server):
    found = state(server)
    undo = injected(world.change())
    world.settings(f"RESET {SETTING}")
    clear(world.change(), undo)
    assert len(sweep.left_behind(world.change().target)) == 1
    registry.make(world.change()).revert(undo)
    assert state(server) == found


def test_a_sweep_finds_what_was_left_behind_and_puts_it_back(world, server):
    world.settings(f"SET {SETTING} = 'off'")
    found, change = state(server), world.change()
    assert sweep.left_behind(change.target) == []
    undo = injected(change)
    (left,) = registry.kind(change.kind).sweep.left_behind(change.target)
    assert (left.owner, left.tag) == (registry.make(change).owner, TAG)
    sweep.remove(change.target, replace(left, tag="gameday-8-other"))
    assert registry.make(change).inspect(undo) is State.ACTIVE
    sweep.remove(change.target, left)
    sweep.remove(change.target, left)
    clear(change, undo)
    assert state(server) == found


def test_a_role_or_a_database_that_goes_its_own_way_is_refused(world, server):
    for whose in ("ROLE shop_app", "DATABASE shop"):
        server.ask(f"ALTER {whose} SET {SETTING} = off")
        with pytest.raises(Refused, match=rf"{whose.split()[1]} on .* has a {SETTING} of its own"):
            registry.make(world.change()).prepare()
        server.ask(f"ALTER {whose} RESET {SETTING}")


def test_files_that_could_not_be_read_again_are_refused(world, server):
    held = server.files / "postgresql.conf"
    before = held.read_bytes()
    held.write_bytes(before + b"this is no setting at all\n")
    try:
        with pytest.raises(Refused, match="could not read its files again"):
            registry.make(world.change()).prepare()
    finally:
        held.write_bytes(before)


@pytest.mark.parametrize(
    ("label", "listed", "said"),
    [
        (None, (), "given no consent: put the word gameday.consent=staging into the comment"),
        ("gameday.consent=production", (), "for another environment, 'production'"),
        ("gameday.consent=stagings", (), "for another environment"),
        (LABEL, ("mail",), r"write `consent: \[mail, shop\]`"),
    ],
)
def test_without_either_key_it_is_refused_and_told_how_to_give_it(world, server, label, listed, said):
    comment(server, label)
    before = state(server)
    with pytest.raises(Refused, match=said):
        registry.make(world.change(consent=listed)).prepare()
    assert state(server) == before


def test_a_database_that_did_not_consent_is_not_harmed_beside_one_that_did(world, server):
    server.ask("CREATE DATABASE theirs")
    try:
        with pytest.raises(Refused, match=r"the database theirs of .* has given no consent"):
            registry.make(world.change()).prepare()
    finally:
        server.ask("DROP DATABASE theirs")


def test_without_a_right_the_drill_is_refused_before_the_way_in_and_says_where_rights_are_explained(world, server):
    server.ask("CREATE ROLE small LOGIN PASSWORD '" + PASSWORD + "'", "GRANT pg_monitor TO small")
    server.ask("GRANT SELECT ON pg_file_settings TO small")
    server.ask("GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO small")
    change = world.change(target={**world.change().target, "user": "small"})
    before = state(server)
    undo = registry.make(change).prepare()
    for verb in (registry.make(change).prove, registry.make(change).inject):
        with pytest.raises(Refused, match=r"42501: permission denied .*see docs/targets/postgres.md") as caught:
            verb(undo)
        assert PASSWORD not in str(caught.value)
    assert state(server) == before


def test_an_account_that_is_not_let_in_is_refused_without_its_password(world, monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", "canary-wrong")
    with pytest.raises(Refused, match="does not let this account in: password authentication failed") as caught:
        registry.make(world.change()).prepare()
    assert "canary" not in str(caught.value)
    monkeypatch.delenv("DB_PASSWORD")
    with pytest.raises(Refused, match="export DB_PASSWORD"):
        registry.make(world.change()).prepare()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"host": "postgres://ann:canary@db"}, "write the host alone"),
        ({"host": "ann:canary@db"}, "write the host alone"),
        ({"host": "db password=canary"}, "write the host alone"),
        ({"host": "a,b"}, "write one host"),
        ({"password": "canary"}, "never written here"),
        ({"port": 0}, "port"),
        ({"dsn": "canary"}, "dsn"),
    ],
)
def test_settings_that_cannot_work_are_named_without_what_was_written(changed, said):
    with pytest.raises(InjectorError, match=said) as caught:
        rebuild(registry.kind("postgres.read_only").settings, {"host": "db", "user": "gameday", **changed})
    assert "canary" not in str(caught.value)


def test_a_server_that_stands_still_or_is_not_there_is_unreachable_within_the_timeout(world, server):
    change = world.change(target={**world.change().target, "timeout": 0.5})
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        with pytest.raises(Unreachable, match=r"did not answer within 0.5 s"):
            registry.make(change).prepare()
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    for where, said in (({"port": free_port()}, "Connection refused"), ({"host": "no-such.invalid"}, "resolve")):
        with pytest.raises(Unreachable, match=said):
            registry.make(world.change(target={**change.target, "timeout": 5, **where})).prepare()


def test_an_undo_of_a_newer_version_is_never_guessed(world):
    injector = registry.make(world.change())
    undo = replace(injector.prepare(), version=2)
    for verb in (injector.revert, injector.inspect, injector.inject, injector.prove):
        with pytest.raises(InjectorError, match="newer gameday"):
            verb(undo)
