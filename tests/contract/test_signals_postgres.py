"""`postgres.query` on a real server, as the small account of the page: one value or no answer, and nothing written."""

import pytest
from postgres_server import PostgresServer
from postgres_shop import PASSWORD, furnish
from servers import free_port

from drills.signals.contract import Unanswered
from drills.signals.registry import probe_kind

KIND = probe_kind("postgres.query")


@pytest.fixture(autouse=True)
def _password(monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)


@pytest.fixture(scope="module")
def server():
    with PostgresServer() as running:
        furnish(running)
        running.ask("INSERT INTO orders SELECT n, n > 3 FROM generate_series(1, 5) n", database="shop")
        yield running


def read(port, query, *, timeout=10.0, **target):
    settings = {"host": "127.0.0.1", "port": port, "user": "gameday", "password": {"env": "DB_PASSWORD"}, **target}
    probe = KIND.make(KIND.settings(**settings), KIND.parameters(query=query, database="shop"), KIND.good(at_most=3))
    reading = probe.read(timeout)
    return reading.value, probe.judge(reading).good


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("select count(*) from orders where not paid", 3),
        ("select avg(id) from orders -- of all", 3.0),
        ("with few as (select 1::smallint as n) select n from few", 1),
        ("select true", True),
        ("select 1 = 2", False),
    ],
)
def test_a_query_gives_one_value_of_its_type(server, query, value):
    found, good = read(server.port, query)

    assert (found, type(found)) == (value, type(value))
    assert good is (not isinstance(value, bool))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select id from orders", "more than one row of 1 columns"),
        ("select id, paid from orders limit 1", "one row of 2 columns"),
        ("select id from orders where id = 77", "no row of 1 columns"),
        ("select null::int", "gave NULL"),
        ("select nobody from orders", "42703"),
        ("delete from orders returning id", "42601"),
        ("select 1); delete from orders; select (1", "42601"),
        ("select setval('nothing', 1)", "42P01"),
        ("select 1 from pg_sleep(60)", "within"),
    ],
)
def test_what_gives_no_value_is_no_answer_and_nothing_is_written(server, query, said):
    with pytest.raises(Unanswered, match=said):
        read(server.port, query, timeout=3.0 if "sleep" in query else 10.0)
    assert server.ask("SELECT count(*) FROM orders", database="shop") == [(5,)]


def test_a_server_that_is_not_there_and_a_wrong_password_are_no_answer(server, monkeypatch):
    with pytest.raises(Unanswered, match="refused"):
        read(free_port(), "select 1")
    monkeypatch.setenv("DB_PASSWORD", "wrong-canary-77")
    with pytest.raises(Unanswered, match="does not let this account in") as seen:
        read(server.port, "select 1")
    assert "wrong-canary-77" not in str(seen.value)
