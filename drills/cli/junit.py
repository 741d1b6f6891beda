"""A scorecard as JUnit XML: missed is a failure, unknown an error (skipped would look green). It judges nothing."""

from pathlib import Path

from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from scoring.result import Known, Verdict
from scoring.scorecard import Row, Scorecard
from scoring.wording import limit_words, printable, result_words


def write_junit(card: Scorecard, path: Path) -> None:
    """Write one suite for the drill, with one case for each expectation, and one if nothing was measured.

    Raises `OSError`.
    """
    suite = TestSuite(f"{card.service}.{card.scenario}")
    for name in ("drill", "outcome", "why", "environment", "rubric_version", "headline"):
        suite.add_property(name, printable(str(getattr(card, name))))
    for row in card.rows:
        if row.verdict is Verdict.NOT_JUDGED:
            suite.add_property(f"measured: {row.title}", result_words(row.result))
        else:
            suite.add_testcase(_case(card, row))
    if not card.measured:
        nothing = TestCase("measured", classname=f"{card.service}.{card.scenario}")
        nothing.result = [Error(printable(card.headline), str(card.outcome))]
        suite.add_testcase(nothing)
    document = JUnitXml("gameday")
    document.add_testsuite(suite)
    document.write(str(path), pretty=True)


def _case(card: Scorecard, row: Row) -> TestCase:
    case = TestCase(row.title, classname=f"{card.service}.{card.scenario}")
    if isinstance(row.result, Known) and row.result.unit == "seconds":
        case.time = row.result.value
    said = printable(f"{result_words(row.result)}, wanted {limit_words(row.limit)}: {row.result.why}")
    if row.verdict is Verdict.MISSED:
        case.result = [Failure(said, "missed")]
    elif row.verdict is Verdict.UNKNOWN:
        case.result = [Error(said, "unknown")]
    return case
