"""The cache stays within its bytes and forgets what was not used for long."""

from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from locust_failure_forwarder.redaction.cache import CLEAN, ByteCache, Entry, Key, Sightings, cost_of


def cache_of(max_bytes: int) -> ByteCache[Key, Entry]:
    return ByteCache(max_bytes, cost_of)


def test_cache_returns_what_was_put_at_the_same_place_only() -> None:
    cache = cache_of(100_000)
    cache.put(("body", "a"), Entry("b"))
    assert cache.get(("body", "a")) == Entry("b")
    assert cache.get(("header", "a")) is None
    assert cache.get(("body", "b")) is None


def test_two_headers_are_never_taken_for_a_place_and_a_text() -> None:
    cache = cache_of(100_000)
    cache.put(("text", "a"), Entry("b"))
    cache.put((("text", "a"), ("x", "y")), Entry({"text": "c"}))
    assert cache.get(("text", "a")) == Entry("b")
    assert cache.get((("text", "a"), ("x", "y"))) == Entry({"text": "c"})
    assert cache.get((("x", "y"), ("text", "a"))) is None


def test_cache_never_exceeds_its_bytes_and_drops_what_was_not_used_for_long() -> None:
    cache = cache_of(10_000)
    for n in range(100):
        cache.put(("body", f"{n:0500d}"), Entry("x"))
        assert cache.get(("body", f"{0:0500d}")) is not None, "used all the time"
        assert cache.size <= 10_000
    assert cache.get(("body", f"{1:0500d}")) is None
    assert cache.get(("body", f"{99:0500d}")) is not None


def test_what_is_put_twice_counts_once() -> None:
    cache = cache_of(10_000)
    cache.put(("body", "a"), CLEAN)
    size = cache.size
    cache.put(("body", "a"), CLEAN)
    assert cache.size == size


def test_cache_does_not_take_what_would_push_out_everything_else() -> None:
    cache = cache_of(10_000)
    cache.put(("body", "small"), Entry("x"))
    cache.put(("body", "x" * 5000), Entry("y"))
    assert cache.get(("body", "x" * 5000)) is None
    assert cache.get(("body", "small")) is not None


def test_a_second_sighting_is_told_and_the_memory_of_the_first_is_bounded() -> None:
    sightings = Sightings()
    assert not sightings.again("a")
    assert sightings.again("a")
    for n in range(20_000):
        sightings.again(n)
    assert not sightings.again("a")


def _draft(tag: str) -> dict[str, object]:
    headers = {"authorization": f"Bearer not-a-real-one-{tag}", "cookie": f"sid=not-real-{tag}; theme=dark"}
    request = {"url": f"/x?token=n0t-{tag}", "name": "/x", "headers": headers, "body": f'{{"password":"n0t-{tag}"}}'}
    response = {"headers": {"set-cookie": f"sid=n0t-{tag}"}, "body": f"n0t-{tag} is no password"}
    error = {"message": f"password=n0t-{tag}", "traceback": None}
    return {"request": request, "response": response, "error": error, "context": {"token": f"n0t-{tag}"}}


def test_a_record_is_redacted_the_same_whether_its_values_were_seen_before_or_not() -> None:
    redactor = Redactor(RedactionConfig())
    for _ in range(4):
        for tag in ("one11", "two22"):
            assert redactor.redact_draft(_draft(tag)) == Redactor(RedactionConfig()).redact_draft(_draft(tag))
