"""The few words of the `nats` command line that the shop's runbooks use, for machines that do not have it."""

import asyncio
import datetime as dt
import sys
from dataclasses import replace

from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from drills.demo.shop.broker import BrokerError, connect
from drills.demo.shop.settings import load

USAGE = """\
stream info STREAM
stream edit STREAM --max-msg-size=BYTES
consumer info STREAM CONSUMER
consumer pause STREAM CONSUMER SECONDS
consumer resume STREAM CONSUMER"""


async def obey(streams: JetStreamContext, words: list[str]) -> str:
    """Do what is asked and say what is then the case."""
    match words:
        case ["stream", "edit", stream, *changes]:
            old = (await streams.stream_info(stream)).config
            given = dict(change.removeprefix("--").split("=", 1) for change in changes)
            await streams.update_stream(replace(old, max_msg_size=int(given["max-msg-size"])))
        case ["consumer", "pause", stream, consumer, seconds]:
            until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=float(seconds))
            await streams.pause_consumer(stream, consumer, until.isoformat().replace("+00:00", "Z"))
        case ["consumer", "resume", stream, consumer]:
            await streams.resume_consumer(stream, consumer)
    match words:
        case ["stream", _, stream, *_]:
            state = await streams.stream_info(stream)
            config = state.config
            return (
                f"{stream}: {state.state.messages} messages, {state.state.bytes} bytes; "
                f"max-msg-size {config.max_msg_size} (-1: any), max-msgs {config.max_msgs}"
            )
        case ["consumer", _, stream, consumer, *_]:
            info = await streams.consumer_info(stream, consumer)
            until_text = info.config.pause_until if info.paused else "not paused"
            return (
                f"{stream}/{consumer}: {info.num_pending} waiting, {info.num_ack_pending} being worked on, "
                f"{info.num_redelivered} given out again; Paused Until: {until_text}"
            )
    return USAGE


async def run(url: str, words: list[str]) -> str:
    """One command on one connection."""
    connection = await connect(url, patience=2.0)
    try:
        return await obey(connection.jetstream(timeout=2), words)
    finally:
        await connection.close()


def main() -> None:
    """Obey the words after the settings file."""
    try:
        print(asyncio.run(run(load(sys.argv[1]).nats, sys.argv[2:])))
    except (BrokerError, NatsError, OSError, KeyError, ValueError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
