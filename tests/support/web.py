"""One HTTP client for all tests that talk to the demo's servers: making one costs more than most of their requests."""

import atexit
from typing import Final

import httpx

WEB: Final = httpx.Client()
atexit.register(WEB.close)
