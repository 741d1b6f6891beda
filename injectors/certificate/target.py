"""Where certificates lie, and whether one may be hurt. Looks only."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from injectors.certificate import files
from injectors.command import Command
from injectors.contract import Change, Json, Refused
from injectors.values import AbsolutePath, Keys, Seconds, rebuild

LABEL = "gameday-consent"
CONSENT = (
    f"a file `{LABEL}` in the certificate's folder holds the environment's word, "
    "and the target's `consent:` list names the certificate"
)


def _a_file_name(name: str) -> str:
    if "/" in name or name in {".", ".."} or not name.isprintable():
        raise ValueError("write the name of a file in the target's folder, without slashes")
    return name


FileName = Annotated[str, Field(min_length=1, max_length=150), AfterValidator(_a_file_name)]


class Authority(Keys):
    """The staging authority that issued the certificates; its key is read while a drill is prepared, never kept."""

    certificate: AbsolutePath = Field(description="PEM file of its certificate.")
    key: AbsolutePath = Field(description="PEM file of its private key.")


class Settings(Keys):
    """A folder of certificates and whatever serves them."""

    folder: AbsolutePath = Field(description="Where the certificates lie, on the machine on which the drill runs.")
    reload: Command | None = Field(
        default=None, description="Run after each change, such as [nginx, -s, reload]; none: the listener notices."
    )
    timeout: Annotated[Seconds, Field(ge=0.1, le=15)] = Field(default=10.0, description="For `reload`.")
    authority: Authority | None = Field(
        default=None,
        description="Signs the stand-in, so that clients find nothing else wrong with it; none: a throw-away key does.",
    )


class Parameters(Keys):
    """Which certificate."""

    certificate: FileName = Field(description="The file in the target's folder; what follows in it stays as it is.")
    key: FileName | None = Field(default=None, description="Its private key; only compared with it.")


def owner(path: Path) -> str:
    """The address of a certificate's file."""
    return f"certificate {path}"


def fresh(path: Path, tag: str) -> Path:
    """The file by way of which it is replaced; it is there for a moment only."""
    return path.with_name(f".{tag}.{path.name}.new")


def listed(settings: Mapping[str, Json], parameters: Mapping[str, Json]) -> Sequence[str]:
    """Return the one certificate's name, if its file is there. Raises `Refused` or `Unreachable`."""
    path = Path(rebuild(Settings, settings).folder, rebuild(Parameters, parameters).certificate)
    if files.see(path) is None:
        raise Refused(f"there is no folder {path.parent}")
    return [path.name]


def consented(change: Change, settings: Settings, path: Path) -> None:
    """See that both keys are there. Raises `Refused`, `Unreachable`."""
    if path.name not in change.consent:
        wanted = ", ".join([*change.consent, path.name])
        raise Refused(
            f"{path} is not in the `consent:` list of its target in gameday.yaml: write `consent: [{wanted}]`"
        )
    label = Path(settings.folder, LABEL)
    how = f"write the word {change.environment} into the file {label}"
    try:
        seen = files.see(label)
    except files.Missing:
        raise Refused(f"{path} has given no consent: {how}") from None
    if seen is None or change.environment not in seen.content.decode(errors="replace").split():
        raise Refused(f"{path} has given its consent for another environment: {how}")


def with_rights(settings: Settings, path: Path, seen: files.Seen) -> None:
    """See that it can be replaced and given back to its owner, and that the reload is there. Raises `Refused`."""
    if seen.unfit:
        raise Refused(f"{path} {seen.unfit}")
    if not os.access(path.parent, os.W_OK | os.X_OK, effective_ids=True):
        raise Refused(f"the folder {path.parent} is not writable for this account: run gameday as root or as its owner")
    ours = seen.uid == os.geteuid() and seen.gid in {os.getegid(), *os.getgroups()}
    if os.geteuid() and not ours:
        raise Refused(f"{path} belongs to another account ({seen.uid}:{seen.gid}): run gameday as root or as that one")
    if settings.reload and shutil.which(settings.reload[0]) is None:
        raise Refused(f"the command {settings.reload[0]} of the target's `reload:` is not there: write its whole path")
