"""One table from HTTP status to verdict, for every destination. Pure; reads no body and does not wait.

Statuses are those of RFC 9110 and RFC 6585. Where a person can mend the cause (credentials, address) nothing is
given up; `Rejected` is kept for requests that can never be accepted as they are.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Final

from .base import Delivered, HttpResponse, Plain, Rejected, Retry
from .retry_after import parse_retry_after

PASSING: Final = frozenset({408, 409, 425, 429})
"""Client errors that pass by themselves: time-outs, a conflict with our own earlier attempt, rate limits."""

NEEDS_REPAIR: Final = frozenset({401, 402, 403, 404, 405, 407, 410, 415, 421})
"""Answers that tell of our configuration, not of the records. Every redirect is one too: it is not followed,
since it would carry credentials to an address nobody configured."""

SPLITTABLE: Final = frozenset({400, 413, 422})
"""Refusals of one body that a part of it might pass."""

_MEANINGS: Final[Mapping[int, str]] = {
    400: "the destination cannot read this batch",
    401: "the destination refuses our credentials",
    402: "the destination asks for payment",
    403: "our credentials do not allow this",
    404: "nothing is found at this address",
    405: "the address does not take POST; it is probably the wrong one",
    407: "a proxy on the way asks for credentials",
    408: "the destination waited too long for us",
    409: "the destination is still busy with an earlier attempt",
    410: "the address is gone for good",
    413: "the batch is too large",
    415: "the destination takes no JSON here, or no gzip; try `compression: none`",
    421: "this server does not answer for this address",
    422: "the destination finds the batch invalid",
    425: "the destination wants it later",
    429: "the destination limits our rate",
}


def verdict_for_status(status: int) -> Plain:
    """What `status` means for a batch, whatever the body says. Defined for every integer."""
    if 200 <= status <= 299:
        return Delivered()
    reason = f"{status}: {_meaning(status)}"
    if 300 <= status <= 399 or status in NEEDS_REPAIR:
        return Retry(reason, needs_repair=True)
    if status in SPLITTABLE:
        return Rejected(reason, splittable=True)
    if 400 <= status <= 499 and status not in PASSING:
        return Rejected(reason)
    return Retry(reason)


def verdict_for_response(response: HttpResponse, now: datetime) -> Plain:
    """As `verdict_for_status`; a retry also carries the wait that the `Retry-After` header asks for."""
    verdict = verdict_for_status(response.status)
    if isinstance(verdict, Retry):
        return replace(verdict, after=parse_retry_after(response.headers, now))
    return verdict


def verdict_for_one(response: HttpResponse, now: datetime, *, pages: bool = False) -> Plain:
    """As `verdict_for_response`, for destinations that get one event at a time: there is nothing to halve.

    Unless `pages` are expected, a page is no answer: something else, such as a login or a proxy, is at the address.
    """
    verdict = verdict_for_response(response, now)
    if (
        not pages
        and isinstance(verdict, Delivered)
        and response.headers.get("content-type", "").startswith("text/html")
    ):
        return Retry(
            f"{response.status}: a web page came back; something else answers at this address", needs_repair=True
        )
    return replace(verdict, splittable=False) if isinstance(verdict, Rejected) else verdict


def _meaning(status: int) -> str:
    if status in _MEANINGS:
        return _MEANINGS[status]
    if 300 <= status <= 399:
        return "the address redirects elsewhere; configure the final address"
    if 500 <= status <= 599:
        return "the destination has trouble of its own"
    if 100 <= status <= 199:
        return "the destination sent no final answer"
    try:
        return HTTPStatus(status).phrase.lower()
    except ValueError:
        return "the destination refuses the batch" if 400 <= status <= 499 else "no status that HTTP knows"
