"""Faults of a RabbitMQ broker: a queue that refuses messages, consumers that are kept away. Never a message."""
