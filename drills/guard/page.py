"""One page of memory a drill's process and its guards share: who is there, who still beats. Never a decision."""

import mmap
import os

DRILL = 0
GUARDS = (1, 2)
_WORDS = 8
_PID, _START, _BEAT, _READY, _HOLDS = range(5)
_CLOSING = _WORDS * 3
_SIZE = 4096

STARTING, WATCHING, STAYING = 0, 1, 2
NOT_HOLDING, HOLDING, PATIENT = 0, 1, 2


class Page:
    """A slot for each of three processes, written by its own process only; each number is one machine word."""

    def __init__(self, descriptor: int) -> None:
        """The page behind an open descriptor, which this object then owns."""
        self.descriptor = descriptor
        self._map = mmap.mmap(descriptor, _SIZE)
        self._words = memoryview(self._map).cast("Q")

    @classmethod
    def create(cls) -> "Page":
        """A new page, for this process and those it gives the descriptor to. Raises OSError."""
        descriptor = os.memfd_create("gameday-guards")
        os.ftruncate(descriptor, _SIZE)
        return cls(descriptor)

    def enter(self, slot: int, pid: int, start: int) -> None:
        """A process takes its slot; whatever the last one left there is gone."""
        base = slot * _WORDS
        for word in (_READY, _HOLDS, _BEAT):
            self._words[base + word] = 0
        self._words[base + _START] = start
        self._words[base + _PID] = pid

    def pid(self, slot: int) -> int:
        """Who is in this slot; 0: nobody yet."""
        return self._words[slot * _WORDS + _PID]

    def start(self, slot: int) -> int:
        """The start time of that process, since its id may be used again."""
        return self._words[slot * _WORDS + _START]

    def beat(self, slot: int) -> None:
        """The process of this slot is alive."""
        self._words[slot * _WORDS + _BEAT] += 1

    def beats(self, slot: int) -> int:
        """How often it has said so."""
        return self._words[slot * _WORDS + _BEAT]

    def say(self, slot: int, ready: int) -> None:
        """STARTING, WATCHING, or STAYING: asked to leave, but something is still open."""
        self._words[slot * _WORDS + _READY] = ready

    def said(self, slot: int) -> int:
        """What it said last."""
        return self._words[slot * _WORDS + _READY]

    def hold(self, slot: int, how: int) -> None:
        """NOT_HOLDING the undo log, HOLDING it, or PATIENT: all is done that could be done."""
        self._words[slot * _WORDS + _HOLDS] = how

    def holds(self, slot: int) -> int:
        """How it holds the undo log."""
        return self._words[slot * _WORDS + _HOLDS]

    @property
    def closing(self) -> bool:
        """The drill is over: the guards may leave when nothing is open."""
        return self._words[_CLOSING] != 0

    def ask_to_close(self) -> None:
        """Tell the guards that the drill is over."""
        self._words[_CLOSING] = 1

    def close(self) -> None:
        """Let the page go; idempotent."""
        if self.descriptor < 0:
            return
        self._words.release()
        self._map.close()
        os.close(self.descriptor)
        self.descriptor = -1
