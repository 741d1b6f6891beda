"""The messages into the room: sent when due, followed up when nobody replied. Writes them down; decides no fault."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from drills.engine import timing
from drills.engine.clock import Clock
from drills.engine.hints import Hints
from drills.engine.narrator import Narrator
from drills.engine.people import People
from scenarios.scenario import Message, Scenario


@dataclass(slots=True)
class Sending:
    """Which were sent, and which wait for a reply; moments are monotonic seconds."""

    scenario: Scenario
    people: People
    hints: Hints
    narrator: Narrator
    clock: Clock
    sent: set[str] = field(default_factory=set)
    waiting: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Message -> when it was sent, and by when it wants its reply."""
    told: float | None = None
    """When a tabletop's situation was read out, and its questions with it."""
    to_come: bool = False
    """Does a message wait for a moment that is known, or for its reply?"""

    @property
    def messages(self) -> Mapping[str, Message]:
        """The scenario's own, by id."""
        return self.scenario.messages

    def send_due(self, now: float, happened: timing.Happened) -> None:
        """Everything whose moment has come; of a tabletop first the situation."""
        self._read_out(now)
        unsent = False
        for name, message in self.messages.items():
            moment = timing.due_at(name, message.when, happened)
            if name not in self.sent and moment is not None and now >= moment:
                self._send(name, message, now, happened)
            unsent = unsent or (name not in self.sent and moment is not None)
        for name, (since, until) in list(self.waiting.items()):
            if self._replied(self.messages[name], since):
                del self.waiting[name]
            elif now >= until:
                del self.waiting[name]
                self._follow_up(name, now)
        self.to_come = unsent or bool(self.waiting)

    def _read_out(self, now: float) -> None:
        tabletop = self.scenario.tabletop
        if tabletop is not None and self.told is None:
            self.told = now
            self.narrator.situation(now, tabletop)

    def _send(self, name: str, message: Message, now: float, happened: timing.Happened) -> None:
        self.sent.add(name)
        if self.hints.needless(message):
            self.narrator.note(now, f"{name} is not sent: the room has found what it would give away")
            return
        happened.effects[name] = now
        self.narrator.message(now, name, message)
        if message.reply is not None:
            self.waiting[name] = (now, now + message.reply.within)

    def _replied(self, message: Message, since: float) -> bool:
        kind, at = message.reply.kind if message.reply else "", self.clock.at(since)
        return any(each.mark == kind and each.at >= at for each in self.people.room.marks)

    def _follow_up(self, name: str, now: float) -> None:
        message = self.messages[name]
        if message.reply is not None and message.reply.otherwise:
            self.narrator.message(now, name, _again(message, message.reply.otherwise))


def _again(message: Message, text: str) -> Message:
    """The same sender speaks to the same people again; nothing more is given away, and no reply is waited for."""
    return message.model_copy(update={"text": text, "gives_away": (), "reply": None})
