"""Faults of a Redis server: writes that wait, writes that are refused, clients that are cut off. Never a user's key."""
