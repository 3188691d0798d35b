"""UUIDv7 without a library, since both processes need it and the Locust process may load none. Keeps no state."""

import os
from collections.abc import Callable


def uuid7(epoch_seconds: float, random_bytes: Callable[[int], bytes] = os.urandom) -> bytes:
    """The 16 bytes of a UUIDv7 (RFC 9562, 5.7).

    Random bits come from the operating system: the `random` module would give every worker the same ids
    in a locustfile that seeds it, and would change the numbers that the locustfile draws.
    """
    milliseconds = int(epoch_seconds * 1000) & 0xFFFF_FFFF_FFFF
    tail = int.from_bytes(random_bytes(10), "big")
    tail = (tail & 0x0FFF_3FFF_FFFF_FFFF_FFFF) | 0x7000_8000_0000_0000_0000
    return milliseconds.to_bytes(6, "big") + tail.to_bytes(10, "big")
