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
from .order import AHEAD
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


def pending_of(settings: Settings, store: Store) -> dict[RouteKey, Source]:
    """What is pending in a log, for each of its routes that the configuration still asks for."""
    return {
        key: Pending(store, key)
        for key in sorted(store.accounts)
        if key.destination in settings.destinations and key.kind in settings.destinations[key.destination].send
    }


def make_routes(
    sources: Mapping[RouteKey, Source],
    couriers: Mapping[str, Courier],
    warn: Notify,
    inform: Notify,
    *,
    alone: bool = False,
    paced: Callable[[int], Awaitable[None]] | None = None,
) -> list[Route]:
    """One route over each source, by the clocks of this machine; see `Route` for `alone` and `paced`."""
    made: dict[RouteKey, Route] = {}
    for key in sorted(sources, key=lambda key: key.kind in AHEAD):  # first those that others wait for
        ahead = made.get(RouteKey(key.destination, AHEAD[key.kind])) if key.kind in AHEAD else None
        made[key] = Route(
            key,
            couriers[key.destination],
            sources[key],
            time.monotonic,
            time.time,
            warn,
            inform,
            alone=alone,
            paced=paced,
            ahead=ahead,
        )
    return list(made.values())
