"""Runbooks as they lie in the workspace: read, never changed, never run."""
