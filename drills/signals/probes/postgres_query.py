"""`postgres.query`: one value by a query of yours, in a transaction that cannot write. No server says nothing."""

from dataclasses import dataclass

from pydantic import BaseModel, Field

from drills.signals.contract import Judgement, ProbeKind, Reading, Unanswered
from drills.signals.good import Compared, judge
from injectors.contract import InjectorError
from injectors.postgres.server import Name, Settings, at
from injectors.postgres.session import Answer
from injectors.values import Keys

SHORTEST = 0.1
"""Seconds: a question that would get less time is not asked."""
_INTEGERS, _FRACTIONS, _TRUTH = {20, 21, 23, 26}, {700, 701, 1700}, 16
"""Numbers of PostgreSQL's own types, the same in every server."""


class Parameters(Keys):
    """What is asked."""

    query: str = Field(
        min_length=1, max_length=10_000, description="One SELECT of one row and one column, without a semicolon."
    )
    database: Name | None = Field(default=None, description="Default: the target's.")


@dataclass(frozen=True, slots=True)
class Query:
    """One look by one query."""

    settings: Settings
    parameters: Parameters
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Ask. Raises `Unanswered`: no answer, no right, an error in the query, no row, more than one value."""
        limit = max(SHORTEST, min(timeout, self.settings.timeout))
        server = at(self.settings.model_copy(update={"timeout": limit}))
        try:
            with server.session(database=self.parameters.database) as session:
                session.ask("BEGIN READ ONLY")
                # Two rows are enough to know that it is not one, however many there are.
                told = session.answer(f"SELECT * FROM ({self.parameters.query}\n) AS asked LIMIT 2")  # noqa: S608
        except InjectorError as wrong:
            raise Unanswered(str(wrong)) from None
        return Reading(_value(told))

    def judge(self, reading: Reading) -> Judgement:
        """Judge the value."""
        return judge(self.good, "the query's value", reading.value)


def _value(told: Answer) -> int | float | bool | str:
    if len(told.rows) != 1 or len(told.types) != 1:
        rows = "no row" if not told.rows else "more than one row" if len(told.rows) > 1 else "one row"
        raise Unanswered(f"the query gave {rows} of {len(told.types)} columns: let it give one value")
    held, kind = told.rows[0][0], told.types[0]
    if held is None:
        raise Unanswered("the query gave NULL, which is no value: write coalesce(..., 0) if that is what it means")
    if kind in _INTEGERS:
        return int(held)
    if kind in _FRACTIONS:
        return float(held)
    return held == "t" if kind == _TRUTH else held


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> Query:
    keys = Parameters.model_validate(parameters)
    return Query(Settings.model_validate(settings), keys, Compared.model_validate(good))


KIND = ProbeKind(
    name="postgres.query",
    summary="Asks a PostgreSQL server for one value, in a transaction that cannot write.",
    target="postgres",
    settings=Settings,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example='{probe: postgres.query, with: {query: "select count(*) from orders where not paid"}, good: {below: 100}}',
)
