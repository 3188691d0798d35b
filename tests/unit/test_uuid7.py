"""UUIDv7 by RFC 9562."""

import random
from uuid import UUID

from locust_failure_forwarder.uuid7 import uuid7


def test_version_variant_and_time_are_where_the_rfc_wants_them() -> None:
    value = UUID(bytes=uuid7(1_700_000_000.123))
    assert value.version == 7
    assert value.variant == "specified in RFC 4122"
    assert value.int >> 80 == 1_700_000_000_123


def test_ids_sort_by_time_and_differ_within_a_millisecond() -> None:
    assert uuid7(1.0) < uuid7(2.0)
    assert len({uuid7(1.0) for _ in range(1000)}) == 1000


def test_a_seeded_random_module_neither_decides_nor_notices() -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    first = uuid7(1.0)
    assert random.random() == expected
    random.seed(1)
    assert uuid7(1.0) != first
