"""`process.count`: how many slots of a pool have a live process in them. By pid file or supervisor, never by a name."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field

from drills.signals.contract import Judgement, ProbeKind, Reading, Unanswered
from drills.signals.dial import Deadline
from drills.signals.good import Compared, judge
from injectors.contract import InjectorError
from injectors.process.kernel import stopped
from injectors.process.pool import Name, Pool, Settings
from injectors.values import Keys


class Parameters(Keys):
    """Which of the pool's slots count."""

    names: tuple[Name, ...] = Field(default=(), max_length=1000, description="only these slots; default: all")


@dataclass(frozen=True, slots=True)
class ProcessCount:
    """One look at every slot."""

    settings: Settings
    names: tuple[str, ...]
    good: Compared

    def read(self, timeout: float) -> Reading:
        """Count the live ones. Raises `Unanswered` when the pool cannot be looked at."""
        deadline = Deadline(timeout)
        self._must_have_a_folder()
        try:
            pool = Pool(self.settings)
            found = {name: self._pool(deadline).find(name) for name in self.names or pool.names()}
            live = [each for each in found.values() if each is not None]
            still = sum(stopped(each) for each in live)
        except TimeoutError:
            raise Unanswered(f"not every process was found within {timeout:g} s") from None
        except InjectorError as wrong:
            raise Unanswered(str(wrong)) from None
        except OSError as wrong:
            raise Unanswered(f"the pool cannot be looked at from here: {wrong.strerror}") from None
        down = sorted(name for name, each in found.items() if each is None)
        return Reading(len(live), {"live": len(live), "stopped": still, "down": down[:100]})

    def judge(self, reading: Reading) -> Judgement:
        """Judge the number."""
        return judge(self.good, "live processes", reading.value)

    def _pool(self, deadline: Deadline) -> Pool:
        """The same pool, with no command that outlives the deadline."""
        limit = round(min(self.settings.timeout, deadline.left()), 3)
        return Pool(self.settings.model_copy(update={"timeout": limit}))

    def _must_have_a_folder(self) -> None:
        pattern = self.settings.pidfiles
        if pattern and not any(letter in pattern.rpartition("/")[0] for letter in "*?["):
            folder = Path(pattern).parent
            if not folder.is_dir():
                raise Unanswered(f"the folder of the pid files, {folder}, does not exist")


def _make(settings: BaseModel, parameters: BaseModel, good: BaseModel) -> ProcessCount:
    given = Parameters.model_validate(parameters)
    return ProcessCount(Settings.model_validate(settings), given.names, Compared.model_validate(good))


KIND = ProbeKind(
    name="process.count",
    summary="Counts the live processes of a pool.",
    target="process",
    settings=Settings,
    parameters=Parameters,
    good=Compared,
    make=_make,
    example="{probe: process.count, good: {equals: 3}}",
)
