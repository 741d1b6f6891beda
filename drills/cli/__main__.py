"""`python -m drills.cli`: the same as `gameday`. Nothing else."""

from drills.cli import main

main()
