"""Functions of Chaos Toolkit extensions as faults, each in a process of its own. One fault per file."""
