"""Runs one drill in this process: injects when due, watches, stops when it must, reverts, records. Never scores."""
