"""Secrets that the demo sends, all of them invented, in the shapes of real ones. None may ever leave the forwarder.

Plain data: the locustfile, the shop and whoever searches what was sent read the same list.
"""

from typing import Final

PASSWORD: Final = "not-a-real-password-7f3a"
BEARER: Final = "not-a-real-bearer-2c9d41e8"
SESSION: Final = "not-a-real-session-88b0e2aa"
QUERY_TOKEN: Final = "not-a-real-token-5e11c0de"
CLIENT_SECRET: Final = "not-a-real-client-secret-9a4c"
API_KEY: Final = "not-a-real-api-key-61f0b7"
CONTEXT_TOKEN: Final = "not-a-real-context-token-d36e"
DATABASE_PASSWORD: Final = "not-a-real-db-password-c7d1"
JWT: Final = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJub3QtcmVhbCJ9.bm90LWEtcmVhbC1zaWduYXR1cmU"
CARD: Final = "4111111111111111"
"""The number that payment providers publish for tests."""
EMAIL: Final = "not.a.real.customer@example.com"

PLANTED: Final[tuple[str, ...]] = (
    PASSWORD,
    BEARER,
    SESSION,
    QUERY_TOKEN,
    CLIENT_SECRET,
    API_KEY,
    CONTEXT_TOKEN,
    DATABASE_PASSWORD,
    JWT,
    CARD,
    EMAIL,
)
"""All of them."""
