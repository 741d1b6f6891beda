"""Where a workspace keeps its own things: the store. Opens nothing."""

from pathlib import Path

from injectors.values import Secret
from scenarios import Workspace

DEFAULT_STORE = ".gameday/store.db"


def store_address(workspace: Workspace) -> str | Path:
    """The store's address: an absolute path, or a database address. Raises `injectors.values.MissingSecret`."""
    told = workspace.store
    if told is None:
        return workspace.folder / DEFAULT_STORE
    text = told if isinstance(told, str) else Secret.model_validate(told.model_dump(exclude_none=True)).reveal()
    return text if "://" in text else workspace.folder / text
