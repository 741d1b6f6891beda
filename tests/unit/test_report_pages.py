"""The report in a real browser: light and dark, on a phone, on paper, by keyboard, and as a screen reader hears it."""

import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from browser import opened, show
from scoring_rooms import KEY, PAYMENTS, Drill, drill
from scoring_timelines import ns
from test_report import NASTY, busy, made

from drills.cli.sentences import sentence
from drills.report import page
from drills.report.content import Kept, report_of
from scoring.rubric import Rubric, SharedPictureLimit, TabletopLimit
from scoring.timeline import MESSAGE

ASKED = ("Which journey do we protect first, and what do we switch off for it?", "Who may declare orders lost?")


PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}
CONTRAST = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const found = rgb(getComputedStyle(each).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const node of document.querySelectorAll("main *")) {
    const own = [...node.childNodes].some((each) => each.nodeType === 3 && each.textContent.trim());
    if (!own || node.tagName === "title" || node.tagName === "desc") continue;
    const style = getComputedStyle(node), drawn = node instanceof SVGElement;
    const [a, b] = [light(rgb(drawn ? style.fill : style.color)), light(behind(node))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) low.push(node.tagName + ": " + node.textContent.trim().slice(0, 40));
  }
  return low;
}"""
"""Every text in a colour that does not stand out from what is behind it by 4.5 to 1."""


OPEN = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
WHERE = """(() => {
  const at = document.activeElement;
  if (at.tagName === "SUMMARY") at.dataset.was = at.parentElement.open;
  return [at.tagName, getComputedStyle(at).outlineStyle];
})()"""
"""Which element has the keyboard, and how that shows."""


@pytest.fixture(scope="module")
def browser():
    with opened() as found:
        yield found


@pytest.fixture(params=["a drill", "a tabletop"])
def file(request, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(fault_drill() if request.param == "a drill" else tabletop())
    return path


def kept(digest):
    return Kept(digest, "checkout by hand", "text/plain", 900, "HTTP/1.1 200 OK\ntime_total: 4.02\n" * 6)


def fault_drill():
    """A page of everything that a drill with a fault may have."""
    told = (
        drill(PAYMENTS, briefing={"title": "Drill on checkout"}).join(-12, "ana", "commander").join(-11, "li", "scribe")
    )
    told.join(-10, "jo", "lead").join(-9, "bot (robot)", "specialist", robot=True)
    for at in range(0, 300, 5):
        value = 1 + at / 4 if at < 120 else 30 if at < 240 else 0.5
        told.see(at + 1, "errors", value < 5, value)
    told.see(1, "eu-pays", True).see(6, "eu-pays", False).see(252, "eu-pays", True).see(5, "no-duplicates", True)
    told.see(120, "no-duplicates", None).see(130, "no-duplicates", True).see(8, "us-pays", True)
    told.alert(40, starts=38).alert(44, name="QueueOld", fingerprint="f2", says="The queue is old")
    told.mark(52, "jo", "observation", "checkout takes four seconds in the EU, and only there", evidence=["e" * 64])
    told.mark(60, "bot (robot)", "guess", "the deploy of this morning").mark(70, "li", "guess", "slow database")
    told.declare(75, "ana", "incident").severity(76, "ana", 2).update(90, "ana")
    told.hint(95, "hypothesis")
    told.entries[-1].body["text"] = "A customer writes: I paid twice and have no order. Is my money gone?"
    told.entries[-1].body["reply"] = {"kind": "update", "within": 120}
    told.entries[-1] = replace(told.entries[-1], audience="all")
    told.picture(110, "ana", harmed=["us-web"]).ack(114, "li").ack(118, "jo", agrees=False)
    told.act(120, "jo", "pause the export job", "containment", undo="resume it", protects="eu-web")
    told.picture(150, "li", 2).ack(155, "ana", 2).ack(156, "jo", 2)
    told.act(200, "jo", "drain the pool of payments-db, region by region", "mitigation", expect="eu-pays", by=120)
    told.step(190, "jo", 1, "worked").step(205, "jo", 2, "failed", "gone", text="no such command: ctl drain")
    told.clear(250, "responders").declare(300, "ana", "recovered").see(360, "eu-pays", True).see(
        360, "errors", True, 0.4
    )
    return as_page(told.ended(420))


def tabletop():
    """A page of a tabletop."""
    rubric = Rubric(tabletop=TabletopLimit(ASKED, 1500), shared_picture=SharedPictureLimit(900), answer=KEY)
    told = Drill(rubric).started()
    told.entries[0].body.update(tabletop=True, questions=2, title="The EU region is gone", service="several")
    told.join(1, "ana", "commander").join(2, "li", "scribe").join(3, "jo", "support")
    for number, text in enumerate(("The EU region is gone for at least 24 hours.", *ASKED)):
        body = {"message": "situation", "sender": "facilitator", "to": [], "text": text, "gives_away": []}
        more = {"message": f"question-{number}", "question": number, "within": 1500} if number else {}
        told.entries.append(replace(told.entries[0], seq=len(told.entries) + 1, at=ns(5), kind=MESSAGE))
        told.entries[-1] = replace(told.entries[-1], by="facilitator", audience="all", body={**body, **more})
    told.mark(100, "jo", "observation", "the replica was 40 s behind")
    told.mark(200, "ana", "decision", "checkout first, exports off", answers=1, because="exports can wait", unless=None)
    told.picture(300, "ana").ack(310, "li").ack(320, "jo").update(400, "li")
    return as_page(told.ended(1505))


def as_page(told):
    return page.as_html(report_of(told.entries, sentence, kept))


def test_nothing_is_loaded_from_outside_and_nothing_runs(browser, file):
    with show(browser, file) as shown:
        shown.page.locator("summary").first.click()
        assert (shown.requests, shown.errors) == ([], [])


@pytest.mark.parametrize("write", [NASTY, "<svg onload=alert(1)>", "{{ 7 * 7 }}", "</style><script>alert(1)</script>"])
def test_what_people_typed_is_shown_as_they_typed_it_and_never_runs(browser, tmp_path, write):
    path = tmp_path / "report.html"
    path.write_text(page.as_html(made(busy(write), write)))
    with show(browser, path) as shown:
        assert (shown.dialogs, shown.requests, shown.errors) == ([], [], [])
        assert shown.value("document.scripts.length + document.images.length") == 0
        text = " ".join(shown.value("document.querySelector('main').textContent").split())
        assert text.count(" ".join(write.split())) >= 10


@pytest.mark.parametrize("width", [390, 320, 768, 1600])
def test_it_never_scrolls_sideways(browser, file, width):
    with show(browser, file, **{**PHONE, "viewport": {"width": width, "height": 844}}) as shown:
        shown.value(OPEN)
        assert shown.value("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(browser, file, colours):
    with show(browser, file, color_scheme=colours) as shown:
        shown.value(OPEN)
        assert shown.value(CONTRAST) == []
        dark = shown.value("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
        assert dark == (colours == "dark")


def test_on_paper_it_is_light_a4_whole_and_no_row_is_cut(browser, file):
    with show(browser, file, color_scheme="dark") as shown:
        shown.page.emulate_media(media="print", color_scheme="light")
        parts = "tr, li, svg, article, .drawing"
        breaks = f"[...document.querySelectorAll('{parts}')].map((each) => getComputedStyle(each).breakInside)"
        assert set(shown.value(breaks)) == {"avoid"}
        assert shown.value("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
        paper = shown.page.pdf(prefer_css_page_size=True)
    sizes = {tuple(map(float, size.split())) for size in re.findall(rb"/MediaBox \[([\d. ]+)\]", paper)}
    assert {(round(wide / 595, 2), round(high / 842, 2)) for _, _, wide, high in sizes} == {(1.0, 1.0)}
    assert len(re.findall(rb"/Type /Page\b", paper)) >= 3  # with the timeline and the table that are closed on a screen


def test_a_screen_reader_hears_it_in_the_order_of_the_page_with_its_headings_and_one_landmark(browser, file):
    with show(browser, file) as shown:
        shown.value(OPEN)
        heard = shown.page.locator("body").aria_snapshot()
        written = shown.value(
            "[...document.querySelectorAll('h1, h2, h3')].map((each) => [each.tagName, each.textContent])"
        )
        landmarks = shown.page.get_by_role("main").count()
        drawn = shown.page.get_by_role("img").evaluate("(each) => each.textContent.length")
        named = shown.page.get_by_role("region", name="Picture of the timeline").count()
    told = re.findall(r'heading "(.*?)" \[level=(\d)\]', heard)
    assert [(f"H{level}", title) for title, level in told] == [(tag, " ".join(text.split())) for tag, text in written]
    assert all(int(after) - int(before) <= 1 for (_, before), (_, after) in pairwise(told))
    assert (landmarks, named, drawn > 0) == (1, 1, True)


def test_with_the_keyboard_alone_everything_that_opens_opens_and_shows_where_one_is(browser, file):
    with show(browser, file, viewport={"width": 700, "height": 800}) as shown:
        stops = shown.page.locator("summary, [tabindex='0']").count()
        reached = []
        for _ in range(stops):
            shown.page.keyboard.press("Tab")
            reached.append(shown.value(WHERE))
            if reached[-1][0] == "SUMMARY":
                shown.page.keyboard.press("Enter")
                assert shown.value(
                    "String(document.activeElement.parentElement.open) !== document.activeElement.dataset.was"
                )
    assert [each[0] for each in reached].count("SUMMARY") == stops - 1
    assert {each[1] for each in reached}.isdisjoint({"none"})


def test_a_tabletop_shows_its_questions_with_their_decisions_and_no_word_of_a_fault(browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(tabletop())
    with show(browser, path) as shown:
        items = shown.page.locator("ol > li").all_inner_texts()
        text = shown.page.locator("main").inner_text()
    assert "3:15, ana: checkout first, exports off" in items[0]
    assert "Nobody decided." in items[1]
    assert "nothing was touched" in text
    assert "0:00 is when the situation was told" in text
    assert "every one was confirmed" not in text


def test_a_message_has_a_lane_with_the_reply_it_wanted_and_what_came(browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(fault_drill())
    with show(browser, path) as shown:
        rows = json.dumps(shown.page.locator("tr", has_text="messages").first.all_text_contents())
        drawn = shown.page.locator("svg rect.message").count()
    assert "wants update within 2:00: no update; support: A customer writes" in rows
    assert drawn == 1
