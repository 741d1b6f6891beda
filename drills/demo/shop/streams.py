"""What the operators set up on NATS before the shop opens: a store per region and the queue of confirmations."""

from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StreamConfig

from drills.demo.shop.broker import connect
from drills.demo.shop.settings import QUEUE, WORKERS, Settings

REDELIVER_AFTER = 4.0
"""Seconds until an order that a worker took and never finished is given to another."""
KEEP_ORDERS = 3600.0


async def create(shop: Settings) -> None:
    """Make the streams and the workers' consumer; harmless when they are there."""
    connection = await connect(shop.nats)
    try:
        streams = connection.jetstream(timeout=5)
        labels = dict(shop.labels)
        for name, region in shop.regions.items():
            await streams.add_stream(
                StreamConfig(
                    name=region.store, subjects=[f"orders.{name}.>"], max_age=KEEP_ORDERS, metadata=dict(labels)
                )
            )
        await streams.add_stream(
            StreamConfig(
                name=QUEUE, subjects=["confirm.>"], retention=RetentionPolicy.WORK_QUEUE, metadata=dict(labels)
            )
        )
        await streams.add_consumer(
            QUEUE,
            ConsumerConfig(
                durable_name=WORKERS,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=REDELIVER_AFTER,
                max_ack_pending=1000,
                metadata=dict(labels),
            ),
        )
    finally:
        await connection.close()
