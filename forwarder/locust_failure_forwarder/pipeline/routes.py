"""Makes couriers and routes from the configuration. Starts none of them."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from ..destinations import Settings, build
from .answers import Answers
from .counters import RouteKey
from .courier import Courier
from .retry import Gate
from .route import Route
from .source import Pending, Source
from .store import Store
from .telling import Notify
from .transports import transport_for


async def make_couriers(
    settings: Settings, stack: AsyncExitStack, redact_text: Callable[[str], str]
) -> dict[str, Courier]:
    """One courier for each destination. `stack` closes the connections."""
    uniform = random.SystemRandom().uniform
    couriers: dict[str, Courier] = {}
    for name, config in settings.destinations.items():
        destination = build(name, config)
        transport = await stack.enter_async_context(transport_for(config))
        gate = Gate(destination.min_interval, time.monotonic, asyncio.sleep)
        answers = Answers(config, redact_text)
        couriers[name] = Courier(
            destination, transport, gate, answers, time.monotonic, lambda: datetime.now(UTC), uniform
        )
    return couriers


def make_routes(
    settings: Settings,
    store: Store,
    couriers: Mapping[str, Courier],
    warn: Notify,
    inform: Notify,
    *,
    alone: bool = False,
) -> list[Route]:
    """One route for each route of the log that the configuration still asks for; see `Route` for `alone`."""
    return [
        make_route(key, couriers[key.destination], Pending(store, key), warn, inform, alone=alone)
        for key in sorted(store.accounts)
        if key.destination in couriers and key.kind in settings.destinations[key.destination].send
    ]


def make_route(
    key: RouteKey,
    courier: Courier,
    source: Source,
    warn: Notify,
    inform: Notify,
    *,
    alone: bool = False,
    paced: Callable[[int], Awaitable[None]] | None = None,
) -> Route:
    """One route, by the clocks of this machine."""
    return Route(key, courier, source, time.monotonic, time.time, warn, inform, alone=alone, paced=paced)
