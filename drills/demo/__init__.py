"""The demo: a small shop of real processes, and the drills that are run on it. Nothing is imported here."""
