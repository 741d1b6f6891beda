"""`alertmanager`: asks Alertmanager's API again and again which alerts fire. Silences nothing and judges nothing.

What is not asked for in time is not known: each gap between two answers that was longer than planned stands in `blind`.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, Field

from drills.signals import site_checkup, subset
from drills.signals.contract import Alert, SignalError, SourceKind, Unanswered
from drills.signals.dial import NoAnswer
from drills.signals.site import Site
from drills.signals.sources import alertmanager_json
from drills.signals.sources.alertmanager_json import ListedAlert
from drills.signals.sources.blindness import Blindness
from injectors.values import Seconds

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes of an answer; a longer one is a problem that is told."""
PATIENCE = 5.0
"""Seconds for one answer."""


class Settings(Site):
    """Where one Alertmanager is (of a cluster: one of them), and how often it is asked."""

    poll: Annotated[Seconds, Field(ge=0.1, le=60)] = Field(default=2.0, description="time between two questions")
    relearns: Annotated[Seconds, Field(ge=0, le=3600)] = Field(
        default=90.0, description="after its restart, so long it may not have been told every alert again"
    )


class Alertmanager:
    """One thread that asks; alerts that are silenced or inhibited reach nobody, so they are not delivered as firing."""

    def __init__(self, name: str, settings: Settings) -> None:
        self._name = name
        self._settings = settings
        self._blindness = Blindness()
        self._over = threading.Event()
        self._turn = threading.Lock()
        self._told: dict[str, Alert] = {}
        self._heard_at = 0
        self._born = ""
        self._settled_at = 0.0

    @property
    def blind(self) -> tuple[tuple[int, int | None], ...]:
        """When an alert could have begun and ended unseen, in UTC ns."""
        return self._blindness.gaps

    @property
    def problem(self) -> str:
        """Why it cannot see the alerts now; empty while it can."""
        return self._blindness.problem

    def start(self, deliver: Callable[[Alert], None]) -> None:
        """Ask once, then go on asking in a thread. Raises `SignalError` when the first question has no answer."""
        self._over.clear()
        try:
            self._look(deliver)
        except Unanswered as silence:
            raise SignalError(f"the alert source {self._name} does not answer: {silence}") from None
        thread = threading.Thread(target=self._go_on, args=(deliver,), name=f"alertmanager {self._name}", daemon=True)
        thread.start()

    def stop(self) -> None:
        """Ask no more; nothing is delivered after this. A question under way is left to end by itself."""
        self._over.set()
        with self._turn:
            pass

    def _go_on(self, deliver: Callable[[Alert], None]) -> None:
        try:
            while not self._over.wait(self._settings.poll):
                try:
                    self._look(deliver)
                except Unanswered as silence:
                    self._blindness.begins(self._heard_at, f"{self._name} does not answer: {silence}")
        finally:
            if not self._over.is_set():
                self._blindness.begins(self._heard_at, f"{self._name} is not asked any more: its thread broke off")

    def _look(self, deliver: Callable[[Alert], None]) -> None:
        """Ask once and deliver what is new. Raises `Unanswered`."""
        body = self._ask("/api/v2/alerts?active=true&silenced=true&inhibited=true")
        wall, mono = time.time_ns(), time.monotonic_ns()
        # Its birth is asked after the list: a list from after a restart never passes for one from before.
        self._notice_birth(self._ask("/api/v2/status"))
        try:
            now = alertmanager_json.listed(body)
        except ValueError as wrong:
            raise Unanswered(f"the list of alerts cannot be read: {wrong}") from None
        if self._relearning:
            self._blindness.begins(self._heard_at, f"{self._name} was restarted and is being told its alerts again")
        else:
            self._blindness.ends()
            self._heard_at = wall
        with self._turn:
            for alert in self._news(now, wall, mono):
                if self._over.is_set():
                    return
                deliver(alert)
                self._note(alert)

    @property
    def _relearning(self) -> bool:
        return time.monotonic() < self._settled_at

    def _notice_birth(self, body: bytes) -> None:
        try:
            born = str(subset.pick(subset.parse(body), "uptime") or "")
        except ValueError:
            raise Unanswered("its status is no JSON: is the target's url right?") from None
        if self._born not in {"", born}:
            self._settled_at = time.monotonic() + self._settings.relearns
        self._born = born

    def _news(self, now: Mapping[str, tuple[ListedAlert, bytes]], wall: int, mono: int) -> list[Alert]:
        news = []
        for known in self._told.values():
            listed = now.get(known.fingerprint)
            if (listed is None and not self._relearning) or (listed and _began_again(known, listed[0])):
                # When it ended is not told any more: only that it is gone.
                over = replace(known, status="resolved", event_at=None, received_at=wall, received_mono=mono, raw=b"")
                news.append(over)
        for alert, raw in now.values():
            before = self._told.get(alert.fingerprint)
            if alert.notifies and (before is None or _began_again(before, alert)):
                news.append(_firing(self._name, alert, raw, (wall, mono)))
        return news

    def _note(self, alert: Alert) -> None:
        if alert.status == "firing":
            self._told[alert.fingerprint] = alert
        else:
            self._told.pop(alert.fingerprint, None)

    def _ask(self, path: str) -> bytes:
        from drills.signals import web  # noqa: PLC0415 - httpcore takes 70 ms to load, and planning needs none of it

        try:
            answer = web.ask(self._settings, web.Request(path=path, limit=BODY_LIMIT), PATIENCE)
        except NoAnswer as silence:
            raise Unanswered(str(silence)) from None
        if answer.status != HTTPStatus.OK:
            raise Unanswered(f"status {answer.status}: is the target's url right?")
        if answer.cut:
            raise Unanswered(f"its answer is longer than {BODY_LIMIT} bytes")
        return answer.body


def _began_again(known: Alert, listed: ListedAlert) -> bool:
    """Is it another one? One whose beginning only moves back is the same: Alertmanager has merged what it was told."""
    return (listed.starts_at or 0) > (known.starts_at or 0)


def _firing(source: str, alert: ListedAlert, raw: bytes, received: tuple[int, int]) -> Alert:
    return Alert(
        source=source,
        fingerprint=alert.fingerprint,
        name=alert.labels.get("alertname", ""),
        status="firing",
        labels=alert.labels,
        annotations=alert.annotations,
        starts_at=alert.starts_at,
        event_at=alert.starts_at,
        received_at=received[0],
        received_mono=received[1],
        raw=raw,
    )


def _make(name: str, settings: BaseModel) -> Alertmanager:
    return Alertmanager(name, Settings.model_validate(settings))


KIND = SourceKind(
    name="alertmanager",
    summary="Asks Alertmanager's API which alerts fire.",
    settings=Settings,
    make=_make,
    example='{kind: alertmanager, with: {url: "http://alertmanager.staging:9093", poll: 2s}}',
    checkup=site_checkup.At("/api/v2/status"),
)
