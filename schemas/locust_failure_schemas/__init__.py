"""Models of what locust-failure-forwarder sends. Depends on pydantic alone; does no I/O and never imports Locust."""

from .alert import Affected, Alert, AlertState, Resolution, Scope, Severity, Unit
from .batch import AlertBatch, BatchError, FailureBatch, Kind, SummaryBatch, parse_batch
from .common import EndpointCount, ErrorCount, Node, Role, Run
from .failure import Category, ErrorInfo, FailureRecord, RequestInfo, ResponseInfo, UserInfo
from .summary import DeliveryCount, RunSummary
from .version import SCHEMA_VERSION

__all__ = [
    "SCHEMA_VERSION",
    "Affected",
    "Alert",
    "AlertBatch",
    "AlertState",
    "BatchError",
    "Category",
    "DeliveryCount",
    "EndpointCount",
    "ErrorCount",
    "ErrorInfo",
    "FailureBatch",
    "FailureRecord",
    "Kind",
    "Node",
    "RequestInfo",
    "Resolution",
    "ResponseInfo",
    "Role",
    "Run",
    "RunSummary",
    "Scope",
    "Severity",
    "SummaryBatch",
    "Unit",
    "UserInfo",
    "parse_batch",
]
