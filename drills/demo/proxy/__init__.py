"""A small TCP proxy that speaks the HTTP API of Toxiproxy 2.12, for staging without Go. It knows nothing of gameday."""
