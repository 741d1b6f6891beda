"""Everything read from the world: probes and alert sources. Never changes it."""
