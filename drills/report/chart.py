"""Draws the lanes as SVG: colours and words, and nothing that is not in the table beside it."""

from itertools import count
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from drills.report.lanes import Bar, Lane, Lanes, Point
from scoring.wording import clock

WIDTH, LEFT, RIGHT, TOP, ROW, GAP = 1000.0, 190.0, 990.0, 30.0, 26.0, 8.0
CHAR = 7.1
"""Units that one letter takes, more or less."""
NAME_CHARS, TEXT_CHARS = 24, 34
ROWS = 8
"""Rows of one lane that have words; what does not fit is drawn in the last one, without."""
ROBOT = "(robot)"
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
TICKS = 8


class _Placed(NamedTuple):
    """One thing of a lane, and the row of that lane in which it covers no other."""

    item: Bar | Point
    row: int
    fits: bool
    """Is there room for its words?"""


def draw(chart: Lanes, drill: str) -> str:
    """The SVG, with title and description for those who do not see it; its writer escapes every text."""
    svg = Element("svg", {"role": "img", "aria-labelledby": "lanes-title lanes-words", "class": "lanes"})
    SubElement(svg, "title", id="lanes-title").text = f"Timeline of drill {drill}"
    said = f"{len(chart.lanes)} lanes from {clock(chart.begin)} to {clock(chart.end)}"
    SubElement(svg, "desc", id="lanes-words").text = f"{said}: {', '.join(lane.name for lane in chart.lanes)}."
    placed = [(lane, _placed(lane, chart)) for lane in chart.lanes]
    heights = [ROW * max(each.row + 1 for each in items) for _, items in placed]
    bottom = TOP + sum(heights) + GAP * len(heights)
    _axis(svg, chart, bottom)
    y = TOP
    for (lane, items), height in zip(placed, heights, strict=True):
        _lane(svg, lane, items, chart, y)
        y += height + GAP
        _line(svg, (0, y - GAP / 2), (RIGHT, y - GAP / 2), "rule")
    svg.set("viewBox", f"0 0 {WIDTH:g} {bottom + 4:g}")
    return tostring(svg, encoding="unicode", method="html")


def _x(chart: Lanes, seconds: float) -> float:
    whole = max(chart.end - chart.begin, 0.001)
    return LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, (seconds - chart.begin) / whole))


def _since(item: Bar | Point) -> float:
    return item.begin if isinstance(item, Bar) else item.at


def _until(item: Bar | Point) -> float:
    return item.end if isinstance(item, Bar) else item.at


def _placed(lane: Lane, chart: Lanes) -> list[_Placed]:
    ends: list[float] = []
    found = []
    items: list[Bar | Point] = [*lane.bars, *lane.points]
    for item in sorted(items, key=_since):
        first, last = _extent(item, chart)
        row = next(each for each in count() if each >= len(ends) or ends[each] <= first)
        fits = row < ROWS
        if fits:
            ends[row : row + 1] = [last]
        found.append(_Placed(item, min(row, ROWS - 1), fits))
    return found


def _extent(item: Bar | Point, chart: Lanes) -> tuple[float, float]:
    x, wide = _x(chart, _since(item)), len(_label(item, chart)) * CHAR + 10
    end = _x(chart, _until(item))
    return (x - 6, max(end, x + wide)) if x + wide <= RIGHT else (x - wide, max(end, x + 6))


def _lane(svg: Element, lane: Lane, items: list[_Placed], chart: Lanes, top: float) -> None:
    _words(svg, 4, top + 15, _short(lane.name, NAME_CHARS), "name")
    for item, row, fits in items:
        x, y = _x(chart, _since(item)), top + row * ROW
        look = f"{lane.kind} robot" if f"{ROBOT}:" in item.words else lane.kind
        if isinstance(item, Point):
            SubElement(svg, "circle", {"cx": f"{x:.1f}", "cy": f"{y + 21:g}", "r": "4", "class": look})
        else:
            wide = max(2.0, _x(chart, item.end) - x)
            box = {"x": f"{x:.1f}", "y": f"{y + 18:g}", "width": f"{wide:.1f}", "height": "6"}
            SubElement(svg, "rect", {**box, "class": look})
        if fits:
            words = _label(item, chart)
            turned = x + len(words) * CHAR + 10 > RIGHT
            _words(svg, x + (4 if turned else -3), y + 14, words, "turned" if turned else "words")


def _axis(svg: Element, chart: Lanes, bottom: float) -> None:
    step = next((each for each in STEPS if (chart.end - chart.begin) / each <= TICKS), 7 * 86400)
    number = -int(-chart.begin // step) if chart.begin < 0 else int(chart.begin // step)
    for tick in (each * step for each in range(number, number + TICKS + 2)):
        if chart.begin <= tick <= chart.end:
            x = _x(chart, tick)
            _line(svg, (x, TOP - 8), (x, bottom), "zero" if tick == 0 else "tick")
            told = clock(tick) if tick else "0"
            _words(svg, min(x, WIDTH - 2 - len(told) * CHAR / 2), TOP - 14, told, "axis")


def _line(svg: Element, begin: tuple[float, float], end: tuple[float, float], look: str) -> None:
    (x1, y1), (x2, y2) = begin, end
    ends = {"x1": f"{x1:.1f}", "y1": f"{y1:g}", "x2": f"{x2:.1f}", "y2": f"{y2:g}"}
    SubElement(svg, "line", {**ends, "class": look})


def _words(svg: Element, x: float, y: float, text: str, look: str) -> None:
    SubElement(svg, "text", {"x": f"{x:.1f}", "y": f"{y:g}", "class": look}).text = text


def _label(item: Bar | Point, chart: Lanes) -> str:
    """As much of its words as its bar has room for, and some in any case."""
    room = int((_x(chart, _until(item)) - _x(chart, _since(item))) / CHAR)
    return _short(item.words, max(TEXT_CHARS, room))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
