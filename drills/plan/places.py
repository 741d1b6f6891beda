"""Where a workspace keeps its own things: the store. Opens nothing."""

from pathlib import Path

from injectors.values import Secret
from scenarios import Workspace

SQLITE = "sqlite:///"
"""A path behind it counts from the workspace too, as one alone does."""
DEFAULT_STORE = ".gameday/store.db"


def store_address(workspace: Workspace) -> str | Path:
    """The store's address: an absolute path, or a database address. Raises `injectors.values.MissingSecret`."""
    told = workspace.store
    if told is None:
        return workspace.folder / DEFAULT_STORE
    text = told if isinstance(told, str) else Secret.model_validate(told.model_dump(exclude_none=True)).reveal()
    path = text.removeprefix(SQLITE)
    return text if "://" in path else workspace.folder / path
