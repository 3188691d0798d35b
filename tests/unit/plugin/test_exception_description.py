"""What is copied of an exception."""

import errno
import socket
import sys

from locust_failure_forwarder.plugin.exceptions import MAX_TEXT, describe, traceback_frames


class _Wrapped(Exception):
    def __init__(self, original: BaseException) -> None:
        super().__init__("wrapped")
        self.original = original


class _Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text today")


def test_the_class_stands_first_and_its_bases_behind() -> None:
    types = describe(ConnectionRefusedError(errno.ECONNREFUSED, "refused"))["types"]
    assert types == ["ConnectionRefusedError", "ConnectionError", "OSError"]


def test_wrapped_exceptions_are_followed_and_the_first_error_number_found() -> None:
    described = describe(_Wrapped(OSError(errno.ECONNRESET, "reset")))
    assert "ConnectionResetError" in described["types"]
    assert described["errno"] == errno.ECONNRESET


def test_resolver_numbers_are_not_taken_for_error_numbers() -> None:
    described = describe(socket.gaierror(-2, "Name or service not known"))
    assert described["errno"] is None
    assert "socket.gaierror" in described["types"]


def test_a_cycle_of_causes_ends() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert describe(first)["types"].count("ValueError") == 2


def test_a_text_in_place_of_an_exception_is_taken_as_it_is() -> None:
    assert describe("went wrong") == {"types": ["str"], "errno": None, "message": "went wrong"}


def test_an_exception_whose_str_raises_is_still_described() -> None:
    assert describe(_Unprintable())["message"] == "<str() of the exception raised RuntimeError>"


def test_an_endless_message_is_cut() -> None:
    assert len(describe(ValueError("x" * 10**6))["message"]) == MAX_TEXT


def test_traceback_frames_are_names_and_numbers() -> None:
    try:
        raise ValueError("here")
    except ValueError:
        frames = traceback_frames(sys.exc_info()[2])
    assert frames[-1][2] == "test_traceback_frames_are_names_and_numbers"
    assert traceback_frames(None) == []
