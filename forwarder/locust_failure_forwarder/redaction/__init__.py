"""Masks secrets and personal data in a failure record, before disk and wire. No I/O; `redactor.py` shows the parts.

from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor

redactor = Redactor(RedactionConfig(keys=("loyalty-number",), modes={"email": "hash"}))
redactor.redact(record)             a FailureRecord, and one comes back; `redactions` counts by kind
redactor.redact_text(text)          any text: a log line, a URL, a body
redactor.redact_value(value)        anything that JSON can express
"""

from .policy import remarks
from .redactor import Redactor

__all__ = ["Redactor", "remarks"]
