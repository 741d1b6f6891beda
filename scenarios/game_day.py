"""The model of a game day: several drills in one room, one after the other or one upon the other. It runs nothing."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from scenarios.limits import LIMITS
from scenarios.origin import Origin
from scenarios.problems import Problem
from scenarios.references import in_game_day
from scenarios.scenario import Briefing, ForResponders, Message, Scenario, Settings, Tabletop, Written
from scenarios.values import Id, Keys, Line, Lines, Moment, Share, TimeLimit

SEVERAL = "several"
"""The service of a tabletop in a game day that drills more than one, or none."""
People = Annotated[Mapping[Id, Line | None], Field(max_length=LIMITS.names)]


class Room(Keys):
    """Who takes part; a role without a name is open."""

    facilitators: Lines = ()
    roles: People = Field(default_factory=dict)
    deputies: People = Field(default_factory=dict)
    quorum: Share | None = None


class Part(Keys):
    """One drill of the day: a scenario by its id, or a tabletop."""

    when: Moment
    scenario: Id | None = None
    set: Settings = Field(default_factory=dict)
    tabletop: Tabletop | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.scenario is None) == (self.tabletop is None):
            raise ValueError("a part is either `scenario: ID` or `tabletop: {...}`: write one of the two")
        if self.tabletop and self.set:
            raise ValueError("a tabletop has no variables: leave `set` out")
        return self


class GameDay(Written):
    """The facilitators' object: all of a game day's file."""

    id: Id = Field(alias="game_day")
    title: Line = Field(repr=False)
    time_limit: TimeLimit | None = None
    briefing: Briefing = Field(default_factory=Briefing)
    room: Room = Field(default_factory=Room)
    parts: Annotated[Mapping[Id, Part], Field(min_length=1, max_length=LIMITS.parts)] = Field(repr=False)
    messages: Annotated[Mapping[Id, Message], Field(max_length=LIMITS.messages)] = Field(
        default_factory=dict, repr=False
    )

    @classmethod
    def references(cls, data: Mapping[str, Any], origin: Origin) -> list[Problem]:
        """What is wrong with the names in the file."""
        return in_game_day(data, origin)

    def tabletop(self, part: str, service: str = SEVERAL) -> Scenario:
        """A part that is a tabletop, as a scenario that is called as the part is. `KeyError` when it is none."""
        tabletop = self.parts[part].tabletop
        if tabletop is None:
            raise KeyError(part)
        briefing = {"title": self.for_responders().title, "text": self.briefing.text}
        told = {"scenario": part, "title": self.title, "service": service, "briefing": briefing}
        made = Scenario.model_validate(told).model_copy(update={"tabletop": tabletop})
        made.came_from(self._origin, self._path, self._text)
        return made

    def for_responders(self) -> ForResponders:
        """The responders' object: the briefing, and not a word more."""
        return ForResponders(title=self.briefing.title or "Game day", text=self.briefing.text)
