"""Faults of real processes: killed, stopped, kept down. Who is who comes from pid files or a supervisor, no pattern."""
