"""Faults of RQ, the job queue on Redis: workers that take no more jobs. Never a job."""
