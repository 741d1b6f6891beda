"""When, where and who: the only room that touches clock, disk, processes and people."""
