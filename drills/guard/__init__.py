"""No fault outlives its drill: undo log, guards, and the revert they share. Imports nothing, so that guards start fast."""
