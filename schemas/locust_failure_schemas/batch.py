"""The three batches that travel over HTTP, and `parse_batch`, which reads any of them. Sends nothing."""

from typing import Annotated, Final, Literal, get_args

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from ._base import READING, Model
from .alert import Affected, Alert
from .common import EndpointCount, ErrorCount, Node, Run
from .failure import ErrorInfo, FailureRecord, RequestInfo, ResponseInfo, UserInfo
from .summary import DeliveryCount, RunSummary
from .version import is_readable

Kind = Literal["failures", "alerts", "summaries"]


class BatchError(ValueError):
    """The body is no batch that this version can read. The message names fields, never their values."""


class _Batch(Model):
    schema_version: Annotated[str, Field(pattern=r"^1\.(0|[1-9][0-9]*)$", examples=["1.0"])]
    """Version of this contract, `major.minor`."""
    batch_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", examples=["9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d"])]
    """32 hex digits; the same batch has the same id in every retry, and `Idempotency-Key` carries it."""
    sent_at: Annotated[AwareDatetime, Field(examples=["2026-05-04T09:30:01Z"])]
    """When this batch was encoded, UTC; a retry may encode it anew."""
    run: Run
    """The run all events of this batch belong to."""
    node: Node
    """The node that made all events of this batch."""


class FailureBatch(_Batch):
    """Failed requests of one run and node."""

    kind: Annotated[Literal["failures"], Field(examples=["failures"])]
    """Tells the batches apart."""
    failures: Annotated[tuple[FailureRecord, ...], Field(min_length=1)]
    """The failures, in the order of their `sequence`."""


class AlertBatch(_Batch):
    """Alert messages of one run and node."""

    kind: Annotated[Literal["alerts"], Field(examples=["alerts"])]
    """Tells the batches apart."""
    alerts: Annotated[tuple[Alert, ...], Field(min_length=1)]
    """The alerts, in the order of their `sequence`."""


class SummaryBatch(_Batch):
    """Summaries of one run and node."""

    kind: Annotated[Literal["summaries"], Field(examples=["summaries"])]
    """Tells the batches apart."""
    summaries: Annotated[tuple[RunSummary, ...], Field(min_length=1)]
    """The summaries, in the order of their `sequence`."""


Batch = Annotated[FailureBatch | AlertBatch | SummaryBatch, Field(discriminator="kind")]
BATCH: TypeAdapter[FailureBatch | AlertBatch | SummaryBatch] = TypeAdapter(Batch)

_EVENTS: Final = (
    FailureRecord,
    RequestInfo,
    ResponseInfo,
    ErrorInfo,
    UserInfo,
    Alert,
    Affected,
    RunSummary,
    DeliveryCount,
)
_PARTS: Final = (FailureBatch, AlertBatch, SummaryBatch, *_EVENTS, Run, Node, EndpointCount, ErrorCount)
_FIELDS: Final = frozenset(name for model in _PARTS for name in model.model_fields)
_KINDS: Final = frozenset(get_args(Kind))
_OWN_WORDS: Final = {
    "union_tag_invalid": f"Input should be one of {', '.join(get_args(Kind))}",
    "union_tag_not_found": "Field required",
    "uuid_parsing": "Input should be a valid UUID",
}
"""Instead of pydantic's texts that quote the input, or that puzzle."""


class _Envelope(Model):
    schema_version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+$")]


def parse_batch(body: bytes) -> FailureBatch | AlertBatch | SummaryBatch:
    """Read one batch from the bytes of a request body (already decompressed).

    Unknown keys, and values that a later minor version added to an open list, do not fail.

    Raises:
        BatchError: the body is not JSON, of another major version, or breaks the contract.
    """
    try:
        version = _Envelope.model_validate_json(body, extra="ignore").schema_version
        if is_readable(version):
            return BATCH.validate_json(body, extra="ignore", context=READING)
        problem = "schema_version: this reader knows version 1.x only; install a newer locust-failure-schemas"
    except ValidationError as error:
        problem = _describe(error)
    raise BatchError(problem)  # out here, so that no `__context__` carries the input along


def _describe(error: ValidationError) -> str:
    """Where and why, without the input: a receiver may log this."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    if len(problems) > 1:  # a list whose items failed also counts as too short
        problems = [p for p in problems if p["type"] != "too_short"]
    return "; ".join(
        f"{'kind' if p['type'].startswith('union_tag') else _place(p['loc'])}: {_OWN_WORDS.get(p['type'], p['msg'])}"
        for p in problems[:10]
    )


def _place(location: tuple[int | str, ...]) -> str:
    """Path of field names; keys of free maps, which are data, become `*`."""
    if location and location[0] in _KINDS:  # the member of the union, not a key of the body
        location = location[1:]
    return ".".join(str(part) if isinstance(part, int) or part in _FIELDS else "*" for part in location) or "body"
