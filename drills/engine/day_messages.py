"""A game day's own messages: sent into the room of each part that runs when they are due. Decides no part."""

import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from drills.engine.timing import Happened, due_at
from drills.plan.places import store_address
from drills.store import Store, StoreError, open_store
from scenarios import GameDay, Workspace
from scenarios.scenario import Message
from scoring.timeline import DRILL, MESSAGE

MANY = 50
"""Drills that are looked at, newest first."""


@dataclass(slots=True)
class DayMessages:
    """Which were sent; one that is due while no part has a room waits for the next."""

    day: GameDay
    workspace: Workspace
    happened: Happened
    since: int
    """When the day began, in UTC ns: older rooms are those of another day."""
    sent: set[str] = field(default_factory=set)
    problem: str = ""
    """Why the last one could not be sent."""

    def send_due(self, now: float) -> list[str]:
        """Send what is due (monotonic seconds); what went out now."""
        due = [name for name, message in self.day.messages.items() if self._is_due(name, message, now)]
        if not due:
            return []
        try:
            with closing(open_store(store_address(self.workspace))) as store:
                rooms = self._rooms(store)
                for name in due if rooms else ():
                    for room in rooms:
                        self._send(store, room, name)
                    self.sent.add(name)
                    self.happened.effects[name] = now
        except StoreError as wrong:
            self.problem = str(wrong)
        return [name for name in due if name in self.sent]

    def _is_due(self, name: str, message: Message, now: float) -> bool:
        moment = due_at(name, message.when, self.happened)
        return name not in self.sent and moment is not None and now >= moment

    def _rooms(self, store: Store) -> list[str]:
        """The parts that run and have their first entry."""
        open_now = [row.id for row in store.drills(MANY) if row.ended_at is None and row.started_at >= self.since]
        return [each for each in open_now if self._is_ours(store, each)]

    def _is_ours(self, store: Store, drill: str) -> bool:
        return any(each.body.get("part_of") == self.day.id for each in store.entries(drill, limit=1, kinds=(DRILL,)))

    def _send(self, store: Store, drill: str, name: str) -> None:
        message = self.day.messages[name]
        body: dict[str, Any] = {
            "message": name,
            "sender": message.from_,
            "to": list(message.to),
            "text": message.text,
            "gives_away": list(message.gives_away),
        }
        if message.reply is not None:
            body["reply"] = {"kind": message.reply.kind, "within": message.reply.within}
        store.append(drill, time.time_ns(), MESSAGE, message.from_, "all", body)
