"""The version of the wire contract, apart from the version of this wheel. Decides compatibility; holds no models."""

from typing import Final

SCHEMA_VERSION: Final = "1.1"
"""`major.minor` of the contract written into every batch. A reader of 1.x reads every later 1.y."""


def is_readable(version: str) -> bool:
    """True if this package can read a batch of `version`: the same major number, any minor."""
    return version.split(".", 1)[0] == SCHEMA_VERSION.split(".", 1)[0]
