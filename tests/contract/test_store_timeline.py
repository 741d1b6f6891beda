"""A store keeps timelines and evidence in order and says when they were changed; on a real SQLite file."""

import json
import sqlite3
import threading
import time
from dataclasses import astuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drills.store import StoreError, chain, open_store
from drills.store.contract import ENTRY_CAP, EVIDENCE_CAP, Line
from drills.store.json_lines import export_lines
from scoring.timeline import DRILL, NOTE


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.db"


@pytest.fixture
def store(path):
    opened = open_store(path)
    opened.begin("1", "slow-db", "checkout", "staging", 100)
    yield opened
    opened.close()


def note(store, text, drill="1"):
    return store.append(drill, time.time_ns(), NOTE, "gameday", "all", {"text": text})


def test_entries_come_back_as_they_were_appended_and_in_order(store):
    written = [note(store, text) for text in ("a", "b \u00e9 \ud83d\ude80 \x00 \ud800", "c")]

    assert store.entries("1") == written
    assert [entry.seq for entry in written] == [1, 2, 3]
    assert store.entries("1", after=1) == written[1:]
    assert store.entries("1", after=1, limit=1) == written[1:2]
    assert store.entries("1", after=3) == []


def test_each_entry_carries_the_hash_of_the_one_before(store):
    first, second = note(store, "a"), note(store, "b")

    assert (first.previous, second.previous) == ("", first.digest)
    assert chain.digest(second) == second.digest
    assert store.drill("1").head_digest == second.digest


def test_many_entries_are_appended_together_or_not_at_all(store):
    store.append_many("1", [Line(1, NOTE, "x", "all", {"text": "a"}), Line(2, NOTE, "x", "all", {"text": "b"})])
    with pytest.raises(StoreError, match="keep it as evidence"):
        store.append_many("1", [Line(3, NOTE, "x", "all", {}), Line(4, NOTE, "x", "all", {"text": "c" * ENTRY_CAP})])

    assert [entry.body["text"] for entry in store.entries("1")] == ["a", "b"]
    assert store.append_many("1", []) == []
    assert store.verify("1") == []


def test_numbers_that_json_does_not_know_become_words(store):
    entry = store.append("1", 1, NOTE, "x", "all", {"a": float("nan"), "b": [float("inf"), (1, -float("inf"))]})

    assert entry.body == {"a": "NaN", "b": ["Infinity", [1, "-Infinity"]]}
    assert store.entries("1") == [entry]


def test_the_list_of_drills_is_newest_first_and_knows_the_outcome(store):
    store.begin("2", "kill-worker", "orders", "staging", 200)
    store.append("1", 300, DRILL, "gameday", "all", {"state": "ended", "outcome": "completed"})

    assert [row.id for row in store.drills()] == ["2", "1"]
    assert [row.id for row in store.drills(limit=1)] == ["2"]
    assert (store.drill("1").outcome, store.drill("1").ended_at) == ("completed", 300)
    assert (store.drill("2").outcome, store.drill("2").ended_at) == (None, None)


def test_a_drill_begins_once(store):
    with pytest.raises(StoreError, match="there is a drill 1 already"):
        store.begin("1", "again", "checkout", "staging", 500)


@pytest.mark.parametrize("call", ["entries", "drill", "verify"])
def test_an_unknown_drill_is_an_error_that_names_the_latest(store, call):
    with pytest.raises(StoreError, match=r"there is no drill 7 \(the latest: 1\)"):
        getattr(store, call)("7")
    with pytest.raises(StoreError, match="there is no drill 7"):
        note(store, "x", drill="7")


def test_a_store_is_the_same_after_it_was_closed(path, store):
    entry = note(store, "a")
    store.close()
    store.close()
    again = open_store(f"sqlite:///{path}", read_only=True)
    try:
        assert again.entries("1") == [entry]
    finally:
        again.close()


def test_reading_only_changes_nothing_and_makes_nothing(path, store, tmp_path):
    reader = open_store(path, read_only=True)
    try:
        with pytest.raises(StoreError, match="read-only"):
            note(reader, "x")
        assert note(store, "seen at once") == reader.entries("1")[0]
    finally:
        reader.close()
    with pytest.raises(StoreError, match="there is none yet; `gameday run` makes it"):
        open_store(tmp_path / "elsewhere.db", read_only=True)
    assert not (tmp_path / "elsewhere.db").exists()


def test_threads_of_one_process_append_without_losing_any(store):
    def work(name):
        for number in range(20):
            note(store, f"{name} {number}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({entry.body["text"] for entry in store.entries("1")}) == 80
    assert store.verify("1") == []


# --- evidence --------------------------------------------------------------------------


def test_evidence_is_kept_by_its_content_and_once(store):
    digest = store.keep(b"<html>503</html>", "text/html", "orders-fresh")

    assert store.keep(b"<html>503</html>", "text/html", "another probe") == digest
    assert astuple(store.evidence(digest)) == (digest, "text/html", "orders-fresh", 16, b"<html>503</html>")
    assert not store.evidence(digest).cut


def test_evidence_that_is_too_long_is_cut_and_says_so(store):
    kept = store.evidence(store.keep(b"x" * (EVIDENCE_CAP + 5), "text/plain"))
    cut_before = store.evidence(store.keep(b"start", "text/plain", size=900))

    assert (len(kept.content), kept.size, kept.cut) == (EVIDENCE_CAP, EVIDENCE_CAP + 5, True)
    assert (cut_before.size, cut_before.cut) == (900, True)


def test_unknown_evidence_is_an_error(store):
    with pytest.raises(StoreError, match="no evidence abc was kept"):
        store.evidence("abc")


# --- tampering -------------------------------------------------------------------------


def tamper(path, *statements):
    """Do what somebody with the file in an editor could do."""
    connection = sqlite3.connect(path)
    with connection:
        for trigger in ("entries_update", "entries_delete", "evidence_update", "evidence_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


@pytest.fixture
def told(store):
    digest = store.keep(b"proof", "text/plain")
    for text in ("a", "b", "c", "d", "e"):
        note(store, text)
    store.append("1", 9, "probe", "gameday", "all", {"probe": "x", "good": True, "evidence": digest})
    assert store.verify("1") == []
    return digest


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (['UPDATE entries SET body = \'{"text":"B"}\' WHERE seq = 2'], "entry 2 was changed after it was written"),
        (["UPDATE entries SET at = at + 1 WHERE seq = 3"], "entry 3 was changed after it was written"),
        (["UPDATE entries SET \"by\" = 'ana' WHERE seq = 1"], "entry 1 was changed after it was written"),
        (["DELETE FROM entries WHERE seq = 2"], "entry 2 is missing"),
        (["DELETE FROM entries WHERE seq IN (2, 3)"], "entries 2 to 3 are missing"),
        (["DELETE FROM entries WHERE seq > 4"], "entries 5 to 6 are missing"),
        (["DELETE FROM entries"], "entries 1 to 6 are missing"),
        (
            [
                "UPDATE entries SET seq = -2 WHERE seq = 2",
                "UPDATE entries SET seq = 2 WHERE seq = 3",
                "UPDATE entries SET seq = 3 WHERE seq = -2",
            ],
            "entry 2 does not follow from entry 1: one of the two was replaced or moved",
        ),
        (
            [
                "CREATE TABLE copy AS SELECT * FROM entries WHERE seq = 6",
                "UPDATE copy SET seq = 7, previous = digest",
                "INSERT INTO entries SELECT * FROM copy",
            ],
            "entry 7 was added past the end: the drill's last entry is 6",
        ),
        (["UPDATE drills SET head_digest = 'x'"], "the last entry, 6, is not the one the drill ended with"),
        (
            ["UPDATE drills SET outcome = 'completed', ended_at = 1"],
            "the drill's row and its timeline do not agree on how it ended",
        ),
        (["UPDATE evidence SET content = 'other'"], "was changed after it was kept"),
        (["DELETE FROM evidence"], "is missing"),
    ],
)
def test_what_was_changed_afterwards_is_found(store, path, told, statements, found):
    del told
    tamper(path, *statements)

    assert any(found in problem for problem in store.verify("1")), store.verify("1")


def test_a_body_that_is_no_longer_json_is_an_error_for_readers_and_found_by_verify(store, path, told):
    del told
    tamper(path, "UPDATE entries SET body = '{' WHERE seq = 2")

    with pytest.raises(StoreError, match="entry 2 of drill 1 is not JSON any more"):
        store.entries("1")
    assert store.verify("1") == ["entry 2 was changed after it was written"]


def test_the_file_itself_refuses_to_change_what_was_written(store, path, told):
    del told
    connection = sqlite3.connect(path)
    for statement in (
        "UPDATE entries SET at = 1",
        "DELETE FROM entries",
        "UPDATE evidence SET size = 1",
        "DELETE FROM evidence",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="are only ever added"):
            connection.execute(statement)
    connection.close()
    assert store.verify("1") == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=100)
@given(st.dictionaries(st.text(max_size=8), json_values, max_size=4))
def test_any_body_has_the_same_digest_after_it_was_read_back(body):
    entry = chain.link(Line(1, NOTE, "x", "all", body), 1, "")
    again = json.loads(chain.canonical(entry.body))

    assert chain.breaks([entry], 1, entry.digest) == []
    assert chain.canonical(again) == chain.canonical(entry.body)


# --- export ----------------------------------------------------------------------------


def test_an_export_holds_everything_and_shared_evidence_once(store, told):
    store.append("1", 10, "probe", "gameday", "all", {"probe": "y", "good": True, "evidence": told})
    store.append("1", 11, "probe", "gameday", "all", {"probe": "y", "good": True, "evidence": "0" * 64})

    lines = list(export_lines(store, store.drills()))

    assert [line["type"] for line in lines] == ["drill", *["entry"] * 6, "evidence", "entry", "entry", "evidence"]
    assert lines[7]["content_base64"] == "cHJvb2Y="
    assert lines[-1] == {"type": "evidence", "digest": "0" * 64, "missing": True}
    assert [line["digest"] for line in lines if line["type"] == "entry"] == [e.digest for e in store.entries("1")]


def test_entries_of_some_kinds_are_read_alone(store):
    note(store, "a")
    store.append("1", 1, DRILL, "x", "all", {"state": "started"})

    assert [entry.seq for entry in store.entries("1", kinds=(DRILL,))] == [2]
    assert [entry.seq for entry in store.entries("1", kinds=(DRILL, NOTE), limit=1)] == [1]
    assert store.entries("1", kinds=("no such",)) == []


def test_what_is_appended_may_depend_on_what_is_there_and_nobody_comes_between(path, store):
    def count(_, entries):
        return [Line(1, NOTE, "x", "all", {"text": str(len(entries))})]

    def work(opened):
        for _ in range(25):
            opened.append_made("1", (NOTE,), count)

    others = [open_store(path) for _ in range(3)]
    threads = [threading.Thread(target=work, args=(each,)) for each in [store, *others]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()

    assert [entry.body["text"] for entry in store.entries("1")] == [str(number) for number in range(100)]
    assert store.verify("1") == []


def test_who_makes_entries_may_refuse_and_nothing_is_written(store):
    def refuse(row, _):
        raise ValueError(row.id)

    with pytest.raises(ValueError, match="1"):
        store.append_made("1", (NOTE,), refuse)

    assert store.entries("1") == []
    assert note(store, "a").seq == 1


def test_a_stamp_is_another_one_once_somebody_else_has_written(path, store):
    with_stamp = open_store(path, read_only=True)
    first = with_stamp.stamp()

    assert with_stamp.stamp() == first
    note(store, "a")
    second = with_stamp.stamp()
    assert second != first
    assert with_stamp.stamp() == second
    with_stamp.close()
    with_stamp.close()


def test_evidence_in_a_list_is_exported_and_verified(store):
    digests = [store.keep(text, "text/plain") for text in (b"a", b"b")]
    store.append("1", 1, NOTE, "x", "all", {"evidence": digests})
    store.append("1", 1, NOTE, "x", "all", {"evidence": ["0" * 64]})

    lines = list(export_lines(store, [store.drill("1")]))
    kept = [each["digest"] for each in lines if each["type"] == "evidence" and "missing" not in each]
    assert kept == digests
    assert store.verify("1") == ["evidence 000000000000 is missing"]
