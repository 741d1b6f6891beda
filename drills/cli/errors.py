"""Turns an error of any room into the one message a person can act on."""

from drills.store.contract import StoreError
from injectors.contract import InjectorError


def describe(error: Exception) -> str | None:
    """The message for a person, or None when this is a bug of ours and a traceback is right."""
    if isinstance(error, InjectorError | StoreError):
        return f"error: {error}"
    return None
