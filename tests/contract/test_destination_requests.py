"""What every destination sends: within its limits, equal for equal batches, its secrets in the request alone."""

import gzip
import types
import typing
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from locust_failure_forwarder.config.models import DestinationConfig
from locust_failure_forwarder.destinations import AnyDestination, Settings, build
from locust_failure_forwarder.destinations.base import Batch, HttpRequest
from pydantic import TypeAdapter, ValidationError
from support.destination_cases import CASES, SECRETS, Case
from support.samples import NOW, event

by_case = pytest.mark.parametrize("case", CASES, ids=str)


def requests(case: Case) -> Iterator[HttpRequest]:
    """Of each kind and form, and the probe."""
    destination = case.make()
    for kind in case.kinds:
        batch = Batch(kind, case.name, [event(kind)])
        yield destination.encode(batch, NOW)
        yield destination.encode(batch, NOW, plain=True)
    yield destination.probe(NOW)


def test_the_suite_covers_every_destination() -> None:
    union = typing.get_args(AnyDestination)[0]
    assert isinstance(union, types.UnionType)
    types_known = {typing.get_args(config.model_fields["type"].annotation)[0] for config in typing.get_args(union)}
    assert {case.config["type"] for case in CASES} == types_known


@by_case
def test_the_destination_keeps_its_configuration(case: Case) -> None:
    destination = case.make()
    assert destination.config.send == case.kinds
    assert type(build("again", destination.config)) is type(destination)


@by_case
def test_the_same_batch_at_the_same_time_gives_the_same_bytes(case: Case) -> None:
    assert list(requests(case)) == list(requests(case))


@by_case
def test_the_url_is_the_configured_one_and_posted_to(case: Case) -> None:
    configured = case.config.get("url") or case.config["webhook_url"]
    for request in requests(case):
        assert request.url.startswith(configured.rstrip("/"))
        assert request.method == "POST"


@by_case
def test_headers_are_ascii_without_line_breaks_and_each_given_once(case: Case) -> None:
    for request in requests(case):
        names = [name.lower() for name in request.headers]
        assert len(set(names)) == len(names)
        for name, value in request.headers.items():
            assert name.isascii()
            assert value.isascii()
            assert value.isprintable()
        assert request.headers["Content-Type"].startswith("application/json")
        assert request.headers["User-Agent"].startswith("locust-failure-forwarder/")


@by_case
def test_no_secret_is_in_any_repr(case: Case) -> None:
    """P4"""
    destination = case.make()
    shown = [repr(destination), repr(destination.config), str(destination.config), destination.config.model_dump_json()]
    shown += [f"{request!r} {request}" for request in requests(case)]
    for text in shown:
        for secret in SECRETS:
            assert secret not in text


@by_case
def test_no_secret_is_in_any_body(case: Case) -> None:
    """P4: bodies are shown by receivers. PagerDuty alone takes its key there, and nowhere else."""
    for request in requests(case):
        for secret in set(SECRETS) - {case.config.get("routing_key")}:
            assert secret.encode() not in request.body


@by_case
def test_a_broken_configuration_is_refused_without_repeating_its_values(case: Case) -> None:
    """P4, P9: whatever else is wrong beside the secrets, the error shows none of them."""
    broken: dict[str, Any] = {**case.config, "send": ["everything"], "unknown": "not-a-real-token", "timeout": "never"}
    # as the whole file is validated, and as a destination by itself
    with pytest.raises(ValidationError) as caught:
        type(case.make().config).model_validate(broken)
    for secret in SECRETS:
        assert secret not in str(caught.value)


@by_case
def test_values_that_are_refused_are_not_in_the_message(case: Case) -> None:
    """P4, P9: a secret with a mistake in it is still a secret."""
    for path in _texts(case.config):
        if path[-1] in ("type", "name", "compression", "expire_after"):
            continue
        broken = _changed(case.config, path, "not-a-real-token \n\x00 with a mistake")
        with pytest.raises(ValidationError) as caught:
            TypeAdapter(AnyDestination).validate_python(broken)
        for problem in caught.value.errors(include_url=False, include_input=False):
            assert "not-a-real" not in problem["msg"], path
            assert "with a mistake" not in problem["msg"], path


def _texts(config: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in config.items():
        if isinstance(value, dict):
            yield from _texts(typing.cast(dict[str, Any], value), (*path, key))
        elif isinstance(value, str):
            yield (*path, key)


def _changed(config: dict[str, Any], path: tuple[str, ...], value: str) -> dict[str, Any]:
    head, *rest = path
    return {**config, head: _changed(config[head], tuple(rest), value) if rest else value}


@by_case
def test_every_limit_of_the_wire_is_kept(case: Case) -> None:
    destination = case.make()
    assert destination.min_interval >= 0
    if destination.max_bytes is not None:
        for request in requests(case):
            assert len(request.body) <= destination.max_bytes
    if destination.max_records is not None:
        events = [event(case.kinds[0], position=n + 1) for n in range(destination.max_records + 1)]
        with pytest.raises(ValueError, match="too many"):
            destination.encode(Batch(case.kinds[0], case.name, events), NOW)


@by_case
def test_a_probe_says_that_it_is_a_test_and_differs_from_the_next(case: Case) -> None:
    destination = case.make()
    request = destination.probe(NOW)
    assert request != destination.probe(NOW + timedelta(seconds=1))
    assert b"test" in (_plain_body(request)).lower()


def _plain_body(request: HttpRequest) -> bytes:
    return gzip.decompress(request.body) if request.headers.get("Content-Encoding") == "gzip" else request.body


def test_the_whole_file_takes_every_case() -> None:
    settings = Settings.model_validate({"version": 1, "destinations": {case.name: case.config for case in CASES}})
    assert set(settings.destinations) == {case.name for case in CASES}


def test_an_unknown_type_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="'http', 'slack'"):
        TypeAdapter(AnyDestination).validate_python({"type": "smtp"})


def test_build_refuses_a_config_of_no_destination() -> None:
    with pytest.raises(TypeError, match="DestinationConfig"):
        build("other", DestinationConfig(send=("failures",)))
