"""A worker: takes a paid order from the queue, charges it in the ledger, mails the confirmation, then acknowledges.

Killed between charge and acknowledgement, it leaves the order to another worker, who charges it again.
"""

import asyncio
import json
import os
import sys

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from drills.demo.shop.broker import connect
from drills.demo.shop.http_client import NoAnswer, call
from drills.demo.shop.settings import QUEUE, WORKERS, Settings, load

MAIL_TAKES = 0.3
"""Seconds to lay out a confirmation and hand it to the mail server."""
MAILS_AT_ONCE = 20
TRY_AGAIN_AFTER = 2.0
"""Seconds until an order whose charge failed is tried again."""
CALM = 0.2
"""Seconds a worker rests after a failed charge, so that a broken ledger is not hammered."""


class Worker:
    """One worker: charges one order at a time, mails several at once."""

    def __init__(self, shop: Settings, name: str) -> None:
        self._shop, self._name = shop, name
        self._mails = asyncio.Semaphore(MAILS_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until ended."""
        connection = await connect(self._shop.nats)
        queue = await connection.jetstream(timeout=2).pull_subscribe_bind(WORKERS, QUEUE)
        while True:
            try:
                for message in await queue.fetch(1, timeout=2):
                    await self._take(message)
            except TimeoutError:
                continue
            except (OSError, NatsError) as error:
                print(f"queue: {error!r}", file=sys.stderr, flush=True)
                await asyncio.sleep(0.5)

    async def _take(self, message: Msg) -> None:
        await self._mails.acquire()
        if await self._charge(json.loads(message.data)["order"]):
            task = asyncio.create_task(self._mail(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._mails.release()
            await message.nak(delay=TRY_AGAIN_AFTER)
            await asyncio.sleep(CALM)

    async def _charge(self, order: str) -> bool:
        url = f"https://127.0.0.1:{self._shop.ledger_port}/charges"
        told = {"order": order, "by": self._name}
        try:
            status, _ = await asyncio.to_thread(call, "POST", url, told, authority=self._shop.authority)
        except NoAnswer as error:
            print(f"order {order} waits: {error}", file=sys.stderr, flush=True)
            return False
        return status == 200

    async def _mail(self, message: Msg) -> None:
        try:
            await asyncio.sleep(MAIL_TAKES)
            await message.ack()
        except (OSError, NatsError) as error:
            print(f"not acknowledged: {error!r}", file=sys.stderr, flush=True)
        finally:
            self._mails.release()


async def work(shop: Settings, name: str) -> None:
    """Run one worker in this loop."""
    await Worker(shop, name).run()


def main() -> None:
    """Run one worker; its name is the second argument."""
    name = sys.argv[2]
    print(f"{name} is process {os.getpid()}", file=sys.stderr, flush=True)
    asyncio.run(work(load(sys.argv[1]), name))


if __name__ == "__main__":
    main()
