"""Faults of a PostgreSQL server. What is changed is marked with our tag, and a lock ends by itself."""
