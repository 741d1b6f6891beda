"""Faults of a dependency that speaks HTTP, through `gameday proxy`. Nothing is imported here."""
