"""What holds for any record: planted secrets are gone, harmless ones come out equal, a second pass changes nothing."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, cast
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from locust_failure_forwarder.config.models import RedactionConfig, RedactionMode
from locust_failure_forwarder.redaction import Redactor
from locust_failure_schemas import FailureRecord
from redaction_exam.scan import find_piece, readings
from support.planted_records import HARMLESS, PLANTED, Planted

MODES: Final[tuple[RedactionMode, ...]] = ("mask", "hash", "drop")
REDACTORS: Final = {mode: Redactor(RedactionConfig(mode=mode)) for mode in MODES}
MARK: Final = re.compile(r"\[REDACTED:([a-z_]+)\]")
EXAMPLES: Final = settings(max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
"""The same examples in every run, few enough for CI; each was run with thousands."""


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a tree, names too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in cast(dict[str, Any], value).items():
            yield key
            yield from texts_of(inner)
    elif isinstance(value, list | tuple):
        for inner in cast(list[Any], value):
            yield from texts_of(inner)


def redactable(record: FailureRecord) -> Iterator[str]:
    """The texts that came from requests, answers, exceptions and users."""
    parts = record.model_dump(mode="json", include={"request", "response", "error", "context"})
    yield from texts_of(parts)
    yield from texts_of(record.run.labels)


def shape(value: Any) -> Any:
    """A tree without its scalars."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        return [shape(inner) for inner in cast(list[Any], value)]
    return None


def parsed(text: str | None) -> Any:
    """The JSON in a text, or None if it is none."""
    try:
        return json.loads(text or "")
    except ValueError:
        return None


def crumbs(header: str) -> list[str]:
    """Names of cookies; attributes with their values."""
    kept = ("path", "expires", "httponly", "samesite")
    parts = [part.strip() for part in header.split(";")]
    return [part if part.lower().startswith(kept) else part.partition("=")[0] for part in parts]


@pytest.mark.parametrize("mode", MODES)
@EXAMPLES
@given(PLANTED)
def test_p4_no_piece_of_a_planted_secret_survives(mode: RedactionMode, given_: Planted) -> None:
    redacted = REDACTORS[mode].redact(given_.record)
    for text in redactable(redacted):
        assert find_piece(given_.secrets, readings(text)) is None, text


@pytest.mark.parametrize("mode", MODES)
@EXAMPLES
@given(PLANTED)
def test_redacting_a_record_twice_changes_nothing_and_counts_nothing(mode: RedactionMode, given_: Planted) -> None:
    once = REDACTORS[mode].redact(given_.record)
    assert REDACTORS[mode].redact(once) == once


@pytest.mark.parametrize("mode", MODES)
@EXAMPLES
@given(HARMLESS)
def test_record_without_secrets_comes_out_equal(mode: RedactionMode, record: FailureRecord) -> None:
    assert REDACTORS[mode].redact(record) == record


@EXAMPLES
@given(PLANTED)
def test_redactions_count_the_masks_by_kind(given_: Planted) -> None:
    redacted = REDACTORS["mask"].redact(given_.record)
    shown = Counter(kind for text in redactable(redacted) for kind in MARK.findall(text))
    assert shown == redacted.redactions


@pytest.mark.parametrize("mode", MODES)
@EXAMPLES
@given(PLANTED)
def test_redacted_record_is_valid_and_of_the_same_shape(mode: RedactionMode, given_: Planted) -> None:
    """JSON stays JSON, URLs stay URLs, cookies keep names and attributes, and no header or label is lost."""
    before, after = given_.record, REDACTORS[mode].redact(given_.record)
    assert FailureRecord.model_validate_json(after.model_dump_json()) == after
    assert before.response is not None
    assert after.response is not None
    for old, new in ((before.request, after.request), (before.response, after.response)):
        assert old.headers.keys() == new.headers.keys()
        if (tree := parsed(old.body)) is not None:
            assert shape(parsed(new.body)) == shape(tree)
        for name in {"cookie", "set-cookie"} & old.headers.keys():
            assert crumbs(new.headers[name]) == crumbs(old.headers[name])
    assert shape(after.context) == shape(before.context)
    assert after.run.labels.keys() == before.run.labels.keys()
    old_url, new_url = urlsplit(before.request.url or ""), urlsplit(after.request.url or "")
    assert (new_url.scheme, new_url.hostname) == (old_url.scheme, old_url.hostname)
    assert new_url.path.count("/") == old_url.path.count("/")
    names = [[name for name, _ in parse_qsl(url.query, keep_blank_values=True)] for url in (old_url, new_url)]
    assert names[0] == names[1]
