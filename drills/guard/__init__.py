"""No fault outlives its drill: undo log, guards, the revert they share. Imports nothing: guards start fast."""
