"""Makes the routes of a log from the configuration. Starts none of them."""

import asyncio
import random
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from ..destinations import Settings, build
from .courier import Courier
from .deliver import Transport
from .retry import Gate
from .route import Notify, Route
from .store import Store


async def make_routes(
    settings: Settings, store: Store, stack: AsyncExitStack, warn: Notify, inform: Notify
) -> list[Route]:
    """One route for each route of the log that the configuration still asks for. `stack` closes the connections."""
    uniform = random.SystemRandom().uniform
    routes: list[Route] = []
    for name, config in settings.destinations.items():
        destination = build(name, config)
        transport = await stack.enter_async_context(Transport(config.timeout))
        gate = Gate(destination.min_interval, time.monotonic, asyncio.sleep)
        courier = Courier(destination, transport, gate, lambda: datetime.now(UTC), uniform)
        keys = [key for key in store.accounts if key.destination == name and key.kind in config.send]
        routes += [Route(key, courier, store, config.batch, time.monotonic, uniform, warn, inform) for key in keys]
    return routes
