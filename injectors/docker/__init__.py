"""Faults on containers, through the Docker daemon."""
