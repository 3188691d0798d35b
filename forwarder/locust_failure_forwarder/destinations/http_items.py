"""Reads an answer that judges each record by itself: `207` with `{"results": [{"id", "status", "reason"}, …]}`. Pure.

The status and its meaning are HTTP's (RFC 4918, 13 for 207; RFC 9110 for the rest), for each record alone.
"""

from typing import Any, cast
from uuid import UUID

import orjson

from .base import Delivered, HttpResponse, Itemised, Plain, Rejected, Retry
from .status import verdict_for_status


def read_items(response: HttpResponse) -> Itemised | None:
    """The verdict for each record that is named with an id and a status; None if none is, or this is no such answer.

    A record that is not named was delivered, as the 2xx of the whole says.
    """
    if response.status != 207:
        return None
    try:
        results = list(orjson.loads(response.body)["results"])
    except (ValueError, TypeError, KeyError):
        return None
    named: dict[UUID, Plain] = {}
    for item in results:
        try:
            event_id, verdict = _verdict(cast(dict[str, Any], item))
        except (ValueError, TypeError, KeyError):
            continue  # names none; the others still do
        named[event_id] = verdict
    return Itemised(named) if named else None


def _verdict(item: dict[str, Any]) -> tuple[UUID, Plain]:
    """The record's id and what became of it.

    Raises:
        ValueError, TypeError, KeyError: the item names no record or no status.
    """
    status = item["status"]
    if isinstance(status, bool) or not isinstance(status, int):
        raise TypeError("status")
    event_id = UUID(str(item["id"]))
    verdict = verdict_for_status(status)
    if isinstance(verdict, Rejected):
        said = str(item.get("reason") or "")  # whole: it is cut after it was redacted, or half a secret would stay
        return event_id, Rejected(verdict.reason, status=status, answer=said or None)
    if isinstance(verdict, Delivered):
        return event_id, verdict
    # Whatever ails a single record, it is not our configuration: the others got through with it.
    return event_id, Retry(verdict.reason)
