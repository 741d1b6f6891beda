import os
import signal
import threading
import time

import pytest
from guard_parts import CountingDisk, FullDisk, QuickDisk, facts, moved, prepared
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drills.guard.errors import Held, NotWritten
from drills.guard.lines import Moved, Resolved, Taken, from_json, to_json
from drills.guard.phases import Phase
from drills.guard.reading import encode, read_log, scan
from drills.guard.seen import Seen
from drills.guard.undolog import FILE, UndoLog

LINES = (
    facts(),
    prepared("a"),
    moved("a", Phase.INJECTING),
    prepared("b", owner="shared"),
    moved("b", Phase.ACTIVE),
    Taken("guard 1", "gone", 7, (8, 9)),
    moved("a", Phase.CLEAR),
    moved("b", Phase.STUCK, "no answer"),
)


def whole():
    return b"".join(encode(line, number) for number, line in enumerate(LINES))


def phases_of(log):
    return {name: one.phase for name, one in log.tracked.items()}


def appended(log, line):
    try:
        log.append(line)
    except NotWritten as wrong:
        return "No space left" not in str(wrong)
    return True


def test_what_was_appended_is_read_back_by_another_process(tmp_path):
    with UndoLog.create(tmp_path, LINES[0]) as log:
        log.append(*LINES[1:])
        found = read_log(tmp_path / FILE)
        assert found == log.log
    assert found.lines == LINES
    assert phases_of(found) == {"a": Phase.CLEAR, "b": Phase.STUCK}
    assert [one.change.id for one in found.open] == ["b"]
    assert found.tracked["b"].owner == "shared"
    assert found.takeovers == (LINES[5],)
    assert (found.damage, found.torn, found.closed, found.tag) == ((), False, False, LINES[0].tag)


@pytest.mark.parametrize("line", LINES)
def test_every_line_survives_json(line):
    assert from_json(to_json(line) | {}) == line or from_json(dict(to_json(line))) == line


def test_several_lines_share_one_flush(tmp_path):
    disk = CountingDisk()
    with UndoLog.create(tmp_path, facts(), disk) as log:
        log.append(*LINES[1:])
    assert disk.flushes == 2


def test_a_second_writer_is_refused_and_a_reader_is_not(tmp_path):
    with UndoLog.create(tmp_path, facts()):
        with pytest.raises(Held):
            UndoLog.open(tmp_path / FILE)
        assert read_log(tmp_path / FILE).facts is not None
    UndoLog.open(tmp_path / FILE).close()


def test_a_log_is_never_written_over(tmp_path):
    UndoLog.create(tmp_path, facts()).close()
    with pytest.raises(NotWritten, match="exists"):
        UndoLog.create(tmp_path, facts())


def test_a_forked_child_does_not_keep_the_lock(tmp_path):
    log = UndoLog.create(tmp_path, facts())
    up, say_up = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(say_up, b"!")
        time.sleep(30)
        os._exit(0)
    os.read(up, 1)
    try:
        with pytest.raises(Held):
            UndoLog.open(tmp_path / FILE)
        log.close()
        UndoLog.open(tmp_path / FILE).close()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(up)
        os.close(say_up)


@given(st.integers(min_value=0, max_value=len(whole())))
def test_wherever_the_end_is_torn_every_whole_line_counts_and_nothing_is_damaged(cut):
    log = scan(whole()[:cut])[0].log()
    ended = whole()[:cut].count(b"\n")
    assert log.damage == ()
    assert log.lines[:ended] == LINES[:ended]
    assert len(log.lines) <= ended + 1


@given(cut=st.integers(min_value=0, max_value=len(whole())), junk=st.sampled_from([b"", b"\0" * 40]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_writer_starts_on_a_fresh_line_after_a_torn_end(tmp_path, cut, junk):
    path = tmp_path / FILE
    path.write_bytes(whole()[:cut] + junk)
    before = read_log(path)
    with UndoLog.open(path) as log:
        log.append(Taken("guard 2", "again"))
        log.append(prepared("c"))
    after = read_log(path)
    assert after.damage == ()
    assert not after.torn
    assert after.lines[: len(before.lines)] == before.lines
    assert after.tracked["c"].phase is Phase.PREPARED


@given(at=st.integers(min_value=0, max_value=len(whole()) - 1), bit=st.integers(min_value=0, max_value=7))
@settings(max_examples=500)
def test_a_flipped_bit_is_found_and_no_change_counts_as_closed_for_it(at, bit):
    data = bytearray(whole())
    data[at] ^= 1 << bit
    log = scan(bytes(data))[0].log()
    assert log.damage
    assert not log.closed
    truth = scan(whole())[0].log()
    assert {one.change.id for one in truth.open} <= {one.change.id for one in log.open} | {
        each.change for each in log.damage
    } | {""}
    for name, one in log.tracked.items():
        assert one.phase is not Phase.CLEAR or truth.tracked[name].phase is Phase.CLEAR


@pytest.mark.parametrize("line", range(len(LINES)))
def test_a_line_that_is_missing_or_there_twice_is_found(line):
    ended = whole().splitlines(keepends=True)
    if line < len(LINES) - 1:
        assert scan(b"".join(ended[:line] + ended[line + 1 :]))[0].log().damage
    assert scan(b"".join(ended[: line + 1] + ended[line:]))[0].log().damage


def test_a_bad_line_that_is_not_the_torn_end_is_loud_until_a_person_resolves_it():
    lines = [encode(line, number) for number, line in enumerate(LINES)]
    lines[1] = lines[1].replace(b"owner of a", b"owner of x")
    lost = scan(b"".join(lines))[0].log()
    assert [(each.id, each.change, each.why) for each in lost.damage] == [("line 2", "a", "its checksum is wrong")]
    assert "a" not in lost.tracked
    lines.append(encode(Resolved("line 2", "looked by hand", "ann"), len(lines)))
    lines.append(encode(Resolved("b", "gone for good", "ann"), len(lines)))
    assert scan(b"".join(lines))[0].log().closed


def test_a_closed_change_with_a_damaged_line_behind_it_is_open_again_until_it_is_reverted_again():
    lines = [facts(), prepared("a"), moved("a"), moved("a", Phase.STUCK)]
    coded = [encode(line, number) for number, line in enumerate(lines)]
    coded[3] = coded[3].replace(b"stuck", b"stuff")
    log = scan(b"".join(coded))[0].log()
    assert log.tracked["a"].open
    again = scan(b"".join([*coded, encode(moved("a"), 4)]))[0].log()
    assert not again.tracked["a"].open
    assert again.damage


def test_without_its_first_line_the_tag_is_known_from_a_change():
    lines = [encode(line, number) for number, line in enumerate(LINES)]
    lines[0] = b"x" + lines[0]
    assert scan(b"".join(lines))[0].log().tag == LINES[0].tag


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(data):
    scan(data)


def test_lines_of_a_newer_gameday_are_damage_not_a_crash():
    newer = encode(Moved("a", Phase.CLEAR), 1).replace(b'"phase"', b'"newer"')
    assert scan(encode(facts(), 0) + newer)[0].log().damage


@pytest.mark.parametrize("left", [0, 1, 100, 400, 700])
def test_on_a_full_disk_nothing_is_acknowledged_and_what_was_there_stays(tmp_path, left):
    disk = FullDisk(1 << 20)
    with UndoLog.create(tmp_path, facts(), disk) as log:
        log.append(prepared("a"))
        disk.left = left
        refused = [name for name in ("b", "c", "d") if not appended(log, prepared(name))]
        assert "d" in refused
        known = log.tracked.keys()
        assert known == {"a", "b", "c", "d"} - set(refused)
        assert not read_log(tmp_path / FILE).damage
        disk.left = 1 << 20
        log.append(moved("a"))
    found = read_log(tmp_path / FILE)
    assert (found.tracked.keys(), found.damage, found.torn) == (known, (), False)
    assert found.tracked["a"].phase is Phase.CLEAR


def test_a_flush_that_fails_acknowledges_nothing(tmp_path):
    with UndoLog.create(tmp_path, facts(), CountingDisk(failing=(2,))) as log:
        with pytest.raises(NotWritten, match="Input/output"):
            log.append(prepared("a"))
        assert not log.tracked
        log.append(prepared("b"))
    assert read_log(tmp_path / FILE).tracked.keys() == {"b"}


def test_an_undo_that_is_too_big_is_refused(tmp_path):
    with UndoLog.create(tmp_path, facts()) as log:
        with pytest.raises(NotWritten, match="must be small"):
            log.append(prepared("a", text="x" * (1 << 20)))
        log.append(prepared("b"))
    assert read_log(tmp_path / FILE).tracked.keys() == {"b"}


def test_room_for_the_end_of_each_change_is_taken_before_its_undo_is_written(tmp_path):
    with UndoLog.create(tmp_path, facts()) as log:
        for number in range(40):
            log.append(prepared(f"c{number}"))
        stat = (tmp_path / FILE).stat()
    assert stat.st_blocks * 512 - stat.st_size >= 40 * 4096


# --- what somebody else does to the file


def test_a_log_that_is_deleted_moved_or_cut_says_so(tmp_path):
    with UndoLog.create(tmp_path, facts()) as log:
        log.append(prepared("a"))
        assert log.lost == ""
        os.truncate(log.path, 10)
        assert "was cut by somebody else" in log.lost
        log.append(moved("a"))
        assert "was cut by somebody else" in log.lost
        log.path.rename(tmp_path / "aside")
        assert "is gone" in log.lost
        log.path.write_text("another\n")
        assert "is another file now" in log.lost


def test_a_line_that_is_just_being_added_is_no_cut(tmp_path):
    with UndoLog.create(tmp_path, facts(), QuickDisk()) as log:
        writer = threading.Thread(target=lambda: [log.append(Taken("guard 1", "x" * 500)) for _ in range(2000)])
        writer.start()
        while writer.is_alive():
            assert log.lost == ""
        writer.join()


@given(cut=st.integers(min_value=0, max_value=len(whole()) - 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_wherever_a_log_is_cut_while_it_is_held_the_next_line_makes_it_whole(tmp_path, cut):
    path = tmp_path / FILE
    path.write_bytes(whole())
    with UndoLog.open(path) as log:
        os.truncate(path, cut)
        log.append(Taken("guard 2", "again"))
    found = read_log(path)
    assert found.lines[:-1] == LINES
    assert (found.damage, found.torn) == ((), False)


@given(cut=st.integers(min_value=0, max_value=len(whole())))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_guard_that_saw_the_log_before_it_was_cut_reverts_all_and_makes_it_whole(tmp_path, cut):
    path = tmp_path / FILE
    path.write_bytes(whole())
    seen = Seen(str(path))
    assert seen.look()
    assert not seen.look()
    os.truncate(path, cut)
    with UndoLog.open(seen.path, known=seen.content) as log:
        assert log.log.lines == LINES
        log.append(Taken("guard 2", "again"))
    assert read_log(path).lines[:-1] == LINES


def test_a_guard_keeps_hold_of_a_log_whose_name_is_gone_or_leads_elsewhere(tmp_path):
    path = tmp_path / FILE
    seen = Seen(str(path))
    assert not seen.look()
    assert (seen.content, seen.path) == (b"", str(path))
    path.write_bytes(whole()[:-5])
    assert seen.content == whole()[: whole()[:-5].rindex(b"\n") + 1]
    assert seen.since(10) == seen.content[10:]
    assert seen.path == str(path)
    path.unlink()
    with UndoLog.open(seen.path, known=seen.content) as log:
        assert [one.change.id for one in log.log.open] == ["b"]
    path.write_text("another\n")
    assert UndoLog.open(seen.path).facts == LINES[0]
