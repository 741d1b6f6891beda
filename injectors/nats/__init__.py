"""Faults of a NATS server's streams: a consumer that gets nothing, a stream that refuses writes. Never a message."""
