"""How well it went: timeline and rubric in, scorecard out. Pure functions; no clock, no input or output."""
