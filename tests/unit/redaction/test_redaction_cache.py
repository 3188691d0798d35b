"""The cache stays within its bytes and forgets the oldest."""

from locust_failure_forwarder.redaction.cache import ByteCache, Entry
from locust_failure_forwarder.redaction.marks import Tally


def entry(text: str) -> Entry:
    return Entry(text, Tally())


def test_cache_returns_what_was_put_at_the_same_place_only() -> None:
    cache = ByteCache(100_000)
    cache.put("body", "a", entry("b"))
    assert cache.get("body", "a") == entry("b")
    assert cache.get("header", "a") is None
    assert cache.get("body", "b") is None


def test_cache_never_exceeds_its_bytes_and_drops_the_least_recently_used() -> None:
    cache = ByteCache(10_000)
    for n in range(100):
        cache.put("body", f"{n:0500d}", entry("x"))
        assert cache.get("body", f"{0:0500d}") is not None, "used all the time"
        assert cache.size <= 10_000
    assert cache.get("body", f"{1:0500d}") is None
    assert cache.get("body", f"{99:0500d}") is not None


def test_cache_does_not_take_what_would_push_out_everything_else() -> None:
    cache = ByteCache(10_000)
    cache.put("body", "small", entry("x"))
    cache.put("body", "x" * 5000, entry("y"))
    assert cache.get("body", "x" * 5000) is None
    assert cache.get("body", "small") is not None
