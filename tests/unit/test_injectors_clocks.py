"""Two clocks are compared as far as one question can tell: an interval, never a single number."""

import pytest

from injectors.clocks import by_http_date, compared
from injectors.contract import Found


@pytest.mark.parametrize(
    ("asked", "theirs", "answered", "found", "said"),
    [
        (100.0, 100.1, 100.2, Found.OK, "its clock is ours, to within 0.1 s"),
        (100.0, 103.0, 104.0, Found.OK, "its clock is ours, to within 3 s"),
        (100.0, 100.9, 100.2, Found.OK, "its clock is 0.7 to 0.9 s ahead of ours"),
        (100.0, 160.0, 100.5, Found.NOT_OK, "its clock is 59.5 to 60 s ahead of ours: what it says of times"),
        (100.0, 40.0, 100.5, Found.NOT_OK, "its clock is 60 to 60.5 s behind ours: what it says of times"),
    ],
)
def test_the_bound_is_what_the_question_can_tell(asked, theirs, answered, found, said):
    finding = compared(asked, theirs, answered)
    assert finding.found is found
    assert finding.said.startswith(said)
    assert bool(finding.type) is (found is Found.NOT_OK)


def test_a_date_without_a_fraction_may_be_a_second_older_than_it_says():
    finding = by_http_date(1767323045.9, "Fri, 02 Jan 2026 03:04:05 GMT", 1767323045.95)
    assert (finding.found, finding.said) == (Found.OK, "its clock is ours, to within 0.95 s")


@pytest.mark.parametrize("date", ["", "yesterday", "2026"])
def test_no_date_is_neither_ok_nor_wrong(date):
    assert by_http_date(1, date, 2).found is Found.CANT_TELL
