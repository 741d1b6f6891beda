"""A drill hears what others write into its store, soon, in order and once, whatever the store does meanwhile."""

import queue
import time

import pytest

from drills.engine.hearing import PAGE, Hearing
from drills.store import Line, StoreError, open_store
from scoring.timeline import MARK, NOTE, PERSON


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.db"


@pytest.fixture
def store(path):
    opened = open_store(path)
    opened.begin("1", "slow-db", "checkout", "staging", 100)
    yield opened
    opened.close()


def listen(opening):
    heard = queue.SimpleQueue()
    hearing = Hearing(opening, "1", heard.put)
    hearing.start()
    return hearing, heard


def say(store, *texts, kind=MARK):
    store.append_many("1", [Line(time.time_ns(), kind, "ana", "all", {"text": text}) for text in texts])


def texts(heard, count):
    return [heard.get(timeout=10).entry.body["text"] for _ in range(count)]


def test_what_people_write_is_heard_in_order_and_what_the_engine_writes_is_not(path, store):
    say(store, "before")
    hearing, heard = listen(lambda: open_store(path, read_only=True))

    assert texts(heard, 1) == ["before"]
    say(store, "a note of ours", kind=NOTE)
    say(store, "first", "second")
    say(store, "third", kind=PERSON)

    assert texts(heard, 3) == ["first", "second", "third"]
    hearing.stop(lambda: None)
    assert heard.empty()


def test_more_than_a_page_is_heard_whole(path, store):
    wanted = [str(number) for number in range(2 * PAGE + 1)]
    say(store, *wanted)

    hearing, heard = listen(lambda: open_store(path, read_only=True))

    assert texts(heard, len(wanted)) == wanted
    hearing.stop(lambda: None)
    assert heard.empty()


def test_the_last_look_comes_when_it_is_told_to_end(path, store):
    hearing, heard = listen(lambda: open_store(path, read_only=True))
    beats = []

    say(store, "just in time")
    hearing.stop(lambda: beats.append(1))

    assert texts(heard, 1) == ["just in time"]
    assert beats
    hearing.stop(lambda: None)


def test_a_store_that_is_not_there_yet_or_fails_is_asked_again(path):
    failures = iter([StoreError("not there"), StoreError("locked"), None])

    def opening():
        failure = next(failures, None)
        if failure is not None:
            raise failure
        return open_store(path, read_only=True)

    hearing, heard = listen(opening)
    with_delay = open_store(path)
    with_delay.begin("1", "slow-db", "checkout", "staging", 100)
    say(with_delay, "at last")

    assert texts(heard, 1) == ["at last"]
    hearing.stop(lambda: None)
    with_delay.close()
    assert next(failures, "used up") == "used up"


def test_one_that_never_began_ends_at_once(path):
    hearing = Hearing(lambda: open_store(path, read_only=True), "1", lambda _: None)

    hearing.stop(lambda: pytest.fail("there is nothing to wait for"))
