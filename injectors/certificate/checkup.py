"""How a folder of certificates is, before any drill: is it there, does it consent, may we write. Looks only."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from injectors.certificate import files
from injectors.certificate.target import LABEL, Settings
from injectors.consents import by_list
from injectors.contract import Finding, Found, Refused, Visit
from injectors.values import rebuild

SUFFIXES = {".pem", ".crt", ".cer"}


def findings(visit: Visit) -> Sequence[Finding]:
    """Look into the folder. It is on this machine, so its clock is ours."""
    settings = rebuild(Settings, visit.settings)
    folder = Path(settings.folder)
    if not folder.is_dir():
        raise Refused(f"there is no folder {folder}: write the right `folder:` into its target")
    names = sorted(each.name for each in folder.iterdir() if each.suffix in SUFFIXES or each.name in visit.consent)
    found = [
        Finding("answers", Found.OK, f"the folder {folder} is there"),
        *by_list(names, visit.consent, "certificate"),
    ]
    return [*found, _label(folder, visit.environment), _permission(settings, folder)]


def _label(folder: Path, environment: str) -> Finding:
    label = folder / LABEL
    write = f"echo {environment} >> {label}"
    try:
        seen = files.see(label)
    except files.Missing:
        return Finding("consent", Found.NOT_OK, f"the folder holds no file {LABEL}", write)
    if seen is None or environment not in seen.content.decode(errors="replace").split():
        return Finding("consent", Found.NOT_OK, f"the file {LABEL} does not say {environment}", write)
    return Finding("consent", Found.OK, f"the file {LABEL} says {environment}")


def _permission(settings: Settings, folder: Path) -> Finding:
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
        write = "run gameday as root or as the folder's owner"
        return Finding("permission", Found.NOT_OK, f"the folder {folder} is not writable for this account", write)
    if settings.reload and shutil.which(settings.reload[0]) is None:
        said = f"the command {settings.reload[0]} of its `reload:` is not there"
        return Finding("permission", Found.NOT_OK, said, "write its whole path")
    return Finding("permission", Found.OK, "this account may write into the folder")
