"""A small shop of real processes to drill on: it knows nothing of gameday and has no switch for faults."""
