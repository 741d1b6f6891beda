"""The last good answer to each question, in memory and bounded: what a stale dependency would still say.

An answer is given again only to a request with the same headers, so nobody sees what was meant for another.
"""

from collections import OrderedDict
from dataclasses import dataclass

from drills.proxy.faults import Asked, Headers

BODY_LIMIT = 256 * 1024
"""Bytes of one answer; a longer one is not recorded."""
WHOLE_LIMIT = 16 * 1024 * 1024
"""Bytes of all that one proxy records; the oldest goes first."""
ANSWERS_LIMIT = 2000
_EACH_TIME_ANOTHER = ("trace", "span", "request-id", "correlation", "b3")
"""Parts of names of headers that differ from request to request and say nothing of who asks."""
_NOT_OF_THE_ASKER = {
    b"host",
    b"user-agent",
    b"date",
    b"connection",
    b"content-length",
    b"if-none-match",
    b"if-modified-since",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, whole."""

    headers: Headers
    body: bytes

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers)


Key = tuple[str, tuple[tuple[bytes, bytes], ...]]


class Recording:
    """Answers by question and asker, oldest first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return len(self._answers)

    def find(self, asked: Asked) -> Answer | None:
        """What was last said to this question of this asker."""
        return self._answers.get(_key(asked))

    def keep(self, asked: Asked, answer: Answer, *, overwrites: bool) -> None:
        """Record it; unless it `overwrites`, what was recorded before stays: that is what makes it stale."""
        key = _key(asked)
        if answer.size > BODY_LIMIT or (not overwrites and key in self._answers):
            return
        before = self._answers.pop(key, None)
        self._answers[key] = answer
        self._size += answer.size - (before.size if before else 0)
        while self._size > WHOLE_LIMIT or len(self._answers) > ANSWERS_LIMIT:
            self._size -= self._answers.popitem(last=False)[1].size


def may_be_kept(asked: Asked, status: int, headers: Headers) -> bool:
    """A whole answer to a plain question that starts no session."""
    names = {name.lower() for name, _ in headers}
    ranged = any(name.lower() == b"range" for name, _ in asked.headers)
    return asked.method == "GET" and status == 200 and not ranged and b"set-cookie" not in names


def _key(asked: Asked) -> Key:
    who = sorted((name.lower(), value) for name, value in asked.headers if _says_who(name.lower()))
    return asked.path, tuple(who)


def _says_who(name: bytes) -> bool:
    return name not in _NOT_OF_THE_ASKER and not any(part in name.decode("latin-1") for part in _EACH_TIME_ANOTHER)
