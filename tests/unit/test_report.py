"""The report: everything typed is only text, nothing is loaded from outside, and the numbers are the scorecard's."""

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from scoring_rooms import PAYMENTS, drill

from drills.report import page
from drills.report.content import Kept, report_of
from scoring.scorecard import score

NASTY = "\"><script>alert('x')</script><img src=x onerror=y> & </title></svg> [a](javascript:b) |`*"
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Tree(HTMLParser):
    """What a browser would see: elements in order with their attributes, and a stack that must come out even."""

    def __init__(self, text):
        super().__init__()
        self.seen, self.stack, self.uneven = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.uneven.append(tag)

    def all(self, *tags):
        return [attributes for tag, attributes in self.seen if tag in tags]


def busy(text="all is well"):
    """A drill in which every field that a person or a target fills holds this text."""
    told = drill(PAYMENTS).team().join(5, text, "specialist").see(8, text, False, text)
    told.mark(10, text, "observation", text).mark(12, "li", "guess", text).act(20, "li", text, "mitigation")
    told.picture(30, "ana", journey=text, hypothesis=text).ack(40, "li").step(50, "li", 1, "failed", "gone")
    told.entries[-1].body.update({"text": text, "title": text, "runbook": text})
    told.declare(60, "ana", "incident")
    told.entries[-1].body.update({"text": text, "evidence": ["d" * 64]})
    told.alert(70, name=text).clear(80, "responders").ended(100)
    return told


def made(told, text="an excerpt"):
    kept = Kept("d" * 64, text, "text/plain", 10, text)
    return report_of(told.entries, lambda entry: json.dumps(dict(entry.body), default=str), lambda _: kept)


def test_the_page_is_even_loads_nothing_and_runs_nothing():
    text = page.as_html(made(busy()))
    tree = Tree(text)

    assert tree.uneven == []
    assert tree.stack == []
    assert not tree.all("script", "link", "img", "iframe", "object", "base", "form")
    assert not {"src", "href", "action", "style", "xlink:href"} & {name for _, given in tree.seen for name in given}
    assert not re.search(r"url\(|@import", text[text.index("<style>") : text.index("</style>")])


def test_what_people_and_targets_said_is_only_text():
    plain, nasty = Tree(page.as_html(made(busy()))), Tree(page.as_html(made(busy(NASTY), NASTY)))

    assert nasty.uneven == []
    assert [tag for tag, _ in nasty.seen] == [tag for tag, _ in plain.seen]
    for (_, now), (_, before) in zip(nasty.seen, plain.seen, strict=True):
        assert now.keys() == before.keys()


def test_markdown_gives_no_meaning_to_what_people_said():
    text = page.as_markdown(made(busy(NASTY), NASTY)).replace(page.MARKS[0], "")

    assert "script" in text
    assert not re.search(r"(?<!\\)[<>\[]", text)
    for line in text.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in {4, 5, 6}


def test_headings_go_down_one_at_a_time_and_every_table_says_what_its_columns_are():
    tree = Tree(page.as_html(made(busy())))
    levels = [int(tag[1]) for tag, _ in tree.seen if re.fullmatch(r"h[1-6]", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(each.get("scope") in {"col", "row"} for each in tree.all("th"))
    assert len(tree.all("table")) == len(tree.all("thead"))
    assert all(each.get("role") == "img" and each.get("aria-labelledby") for each in tree.all("svg"))


def test_the_picture_is_drawn_inside_its_frame_and_tells_the_same_as_its_table():
    text = page.as_html(made(busy()))
    svg = ET.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])
    width = float(svg.attrib["viewBox"].split()[2])
    bars = [each for each in svg.iter() if each.tag == "rect"]
    points = [each for each in svg.iter() if each.tag == "circle"]

    assert bars
    assert points
    assert all(
        0 <= float(each.attrib["x"]) <= float(each.attrib["x"]) + float(each.attrib["width"]) <= width for each in bars
    )
    table = text[text.index("The same as a table") :].partition("</table>")[0]
    assert table.count("<tr>") - 1 == len(bars) + len(points)


@pytest.mark.parametrize("write", [page.as_html, page.as_markdown])
def test_every_row_of_the_scorecard_is_there_with_its_words(write):
    told = busy()
    text, shown = write(made(told)), json.loads(page.as_json(made(told)))
    card = score(told.entries)

    assert shown["headline"] == card.headline
    rows = [*shown["judged"], *shown["measured"], *shown["unknown"]]
    assert sorted(row["title"] for row in rows) == sorted(row.title for row in card.rows)
    assert {row["title"]: row["verdict"] for row in rows} == {row.title: str(row.verdict) for row in card.rows}
    for row in rows:
        assert row["title"] in text


def test_a_fault_that_is_left_is_loud():
    told = drill(PAYMENTS).team()
    told.ended(100, outcome="stuck", why="nobody answered")

    text = page.as_html(made(told))
    assert "NOT CONFIRMED" in text
    assert "No fault is left" not in text
    assert "NOT CONFIRMED" in page.as_markdown(made(told))


@pytest.mark.parametrize("outcome", ["void", "refused"])
def test_a_drill_that_measured_nothing_is_clear_only_when_its_changes_are(outcome):
    left = drill(PAYMENTS).ended(100, outcome=outcome, why="it never bit")
    gone = drill(PAYMENTS).clear(50).ended(100, outcome=outcome, why="it never bit")

    assert "NOT CONFIRMED" in page.as_html(made(left))
    assert "No fault is left" not in page.as_html(made(left))
    assert "No fault is left" in page.as_html(made(gone))


def test_a_drill_of_which_nothing_was_recorded_still_has_a_page():
    text = page.as_html(report_of([], lambda _: "", lambda _: None))
    assert Tree(text).uneven == []


def test_the_picture_says_in_words_what_its_colours_say_and_a_robot_is_drawn_as_one():
    told = drill(PAYMENTS).join(2, "bot (robot)", robot=True).mark(8, "bot (robot)", "guess", "the disk")
    told.mark(9, "ana", "guess", "the network").clear(80).ended(100)

    text = page.as_html(made(told))
    svg = ET.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])

    words = [each.text for each in svg.iter("text")]
    assert {"bot (robot): the disk", "ana: the network", "fault slow", "on, ended by us"} <= set(words)
    assert [each.attrib["class"] for each in svg.iter("circle")] == ["people robot", "people"]


def test_words_in_one_lane_never_cover_each_other_and_what_does_not_fit_is_drawn_without():
    told = drill(PAYMENTS).team()
    for number in range(60):
        told.mark(10 + number / 10, "ana", "observation", f"queue age is {number} seconds and rises")
    text = page.as_html(made(told.clear(80).ended(100)))
    svg = ET.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])

    seen = [each for each in svg.iter("text") if (each.text or "").startswith("ana: queue")]
    assert 0 < len(seen) <= 8
    assert len({each.attrib["y"] for each in seen}) == len(seen)
    assert sum(each.attrib["class"] == "people" for each in svg.iter("circle")) == 60


def test_what_was_taken_back_is_no_longer_drawn_and_the_timeline_says_so():
    told = drill(PAYMENTS).mark(8, "ana", "guess", "the disk")
    seq = told.entries[-1].seq
    shown = made(told.withdraw(9, "ana", seq).clear(80).ended(100))

    assert "guesses" not in {lane.name for lane in shown.lanes.lanes}
    (entry,) = [each for each in shown.timeline if each.seq == seq]
    assert entry.words.endswith(f"[corrected by entry {seq + 1}]")


def test_a_picture_stands_beside_the_key():
    shown = made(drill(PAYMENTS).picture(30, "ana", harmed=["us-web"]).clear(80).ended(100))

    against = {name: against for name, _, against in shown.pictures[0].parts}
    assert against["harmed"] == "wrong: us-web too many; eu-web not named"
    assert against["state"] == "right"
    assert against["next"] == ""
    assert "(against the key: wrong: us-web too many; eu-web not named)" in page.as_html(shown)


def test_recovery_shows_its_criteria_its_negative_checks_and_who_declared_it():
    told = drill(PAYMENTS).see(5, "eu-pays", False).see(82, "eu-pays", True).declare(85, "ana", "recovered")
    told.see(90, "no-duplicates", False)
    shown = made(told.clear(80).ended(100))

    assert [(each.probe, each.kind, each.first_bad, each.good_again, each.last) for each in shown.checks] == [
        ("eu-pays", "criterion", "0:05", "1:22", "good at 1:22"),
        ("no-duplicates", "negative check", "1:30", "", "bad at 1:30"),
    ]
    assert shown.declared == (("1:25", "ana", "recovered", ""),)
    assert {"recovery", "declared too early"} <= {line.title for line in shown.recovery}


def test_steps_of_the_keys_runbook_that_nobody_tried_are_named():
    shown = made(drill(PAYMENTS).step(50, "li", 1, "worked").clear(80).ended(100))

    assert shown.never_tried == ("checkout-slow 2: Drain the pool", "checkout-slow 3: Page the owner")


@pytest.mark.parametrize("write", [page.as_html, page.as_markdown, page.as_json])
def test_every_format_begins_with_a_mark_so_that_nothing_else_is_written_over(write):
    assert any(mark in write(made(busy()))[:4096] for mark in page.MARKS)


def test_bad_and_no_answer_are_two_things_in_the_picture():
    told = drill(PAYMENTS).see(1, "eu-pays", True).see(5, "eu-pays", False).see(9, "eu-pays", False)
    told.see(12, "eu-pays", None).see(20, "eu-pays", True)
    shown = made(told.clear(80).ended(100))

    (lane,) = [each for each in shown.lanes.lanes if each.name == "probe eu-pays"]
    assert [(each.begin, each.end, each.words) for each in lane.bars] == [(5, 12, "bad"), (12, 20, "no answer")]
