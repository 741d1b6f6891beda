"""Faults of a Toxiproxy: what happens to the connections through one of its proxies. Never the proxy's owner."""
