"""What is copied of a failed request, from objects as clients make them (Locust itself is tested end to end)."""

# requests keeps the body in a private attribute, and that is the point:
# pyright: reportPrivateUsage=false

from typing import Any

import requests
from locust_failure_forwarder.plugin.capture import CaptureLimits, request_failure

LIMITS = CaptureLimits(request_body=True, response_body=True, max_bytes=10)
NO_BODIES = CaptureLimits(request_body=False, response_body=False, max_bytes=10)


def _event(**changes: Any) -> dict[str, Any]:
    return {
        "request_type": "POST",
        "name": "/orders",
        "response_time": 12.5,
        "response_length": 3,
        "exception": ValueError("bad"),
        "context": {},
        "start_time": 1.0,
        "url": "http://shop.test/orders",
        **changes,
    }


def _response(content: Any = b"0123456789ABC") -> requests.Response:
    response = requests.Response()
    response.status_code = 500
    response._content = content
    response.headers["Content-Type"] = "text/plain"
    response.request = requests.Request("POST", "http://shop.test/orders", data=b"sent").prepare()
    return response


def test_a_requests_response_is_copied_within_the_limit() -> None:
    captured = request_failure(_event(response=_response()), LIMITS)
    assert captured["status"] == 500
    assert (captured["response_body"], captured["response_body_cut"]) == (b"0123456789", True)
    assert (captured["request_body"], captured["request_body_cut"]) == (b"sent", False)
    assert ("Content-Type", "text/plain") in captured["response_headers"]


def test_an_unread_stream_stays_unread() -> None:
    class Exploding:
        def read(self, *_: Any) -> bytes:
            raise AssertionError("the stream was read")

        stream = read

    response = _response(content=False)
    response.raw = Exploding()
    assert request_failure(_event(response=response), LIMITS)["response_body"] is None


def test_bodies_are_left_out_on_request() -> None:
    captured = request_failure(_event(response=_response()), NO_BODIES)
    assert captured["request_body"] is None
    assert captured["response_body"] is None


def test_a_custom_client_may_leave_everything_out() -> None:
    captured = request_failure({"request_type": "grpc", "name": "Pay", "exception": "refused"}, LIMITS)
    assert (captured["status"], captured["url"], captured["request_headers"]) == (None, None, [])
    assert captured["types"] == ["str"]


def test_properties_that_raise_do_not_lose_the_record() -> None:
    class Hostile:
        status_code = 503

        @property
        def request(self) -> Any:
            raise RuntimeError("no request was set")

        @property
        def headers(self) -> Any:
            raise RuntimeError("no headers either")

        def __bool__(self) -> bool:
            raise RuntimeError("do not ask")

    captured = request_failure(_event(response=Hostile()), LIMITS)
    assert captured["status"] == 503


def test_a_generator_as_body_is_not_consumed() -> None:
    def chunks() -> Any:
        yield b"one"

    body = chunks()
    response = _response()
    response.request = requests.Request("POST", "http://shop.test/", data=body).prepare()
    assert request_failure(_event(response=response), LIMITS)["request_body"] is None
    assert list(body) == [b"one"]
