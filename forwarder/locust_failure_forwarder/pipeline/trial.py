"""Samples to one destination, one attempt each, and the outcomes in plain words. For `alerts test`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from locust_failure_schemas import Run

from ..config.models import DestinationConfig, RunConfig
from ..destinations import build
from ..destinations.base import (
    Batch,
    Delivered,
    HttpRequest,
    HttpResponse,
    Itemised,
    Rejected,
    Retry,
    Simplify,
    Verdict,
)
from ..destinations.marked_samples import Sample, SampleName, marked_samples
from ..redaction import Redactor
from .answers import Answers
from .deliver import NetworkError
from .probe import no_answer
from .runs import RunBook
from .transports import transport_for

_EXCERPT: Final = 300
"""Characters of an answer that are shown."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one sample."""

    sample: SampleName
    ok: bool
    outcome: str
    answer: str = ""
    """The beginning of an answer that was no yes, redacted and without the configuration's secrets."""


def real_run(config: RunConfig, redactor: Redactor) -> Run:
    """A run of this configuration, named as its records will name it."""
    return RunBook(config, redactor.redact_text, redactor.redact_draft).named(UUID(int=0))


async def try_out(
    name: str, config: DestinationConfig, run: Run, redact_text: Callable[[str], str]
) -> AsyncIterator[Trial]:
    """Send every sample of the kinds that the destination takes, in the order in which a test would.

    Each outcome is told as soon as it is known. `run` is whose environment and labels the samples have.
    """
    destination = build(name, config)
    answers = Answers(config, redact_text)
    sent = False

    async def attempt(sample: Sample, *, plain: bool = False) -> tuple[HttpRequest, HttpResponse, Verdict]:
        batch = Batch(sample.kind, name, [sample.event()])
        request = destination.encode(batch, datetime.now(UTC), plain=plain)
        response = await transport.send(request)
        return request, response, destination.read(response, datetime.now(UTC))

    async with transport_for(config) as transport:
        for sample in marked_samples(datetime.now(UTC), run):
            if sample.kind not in config.send:
                continue
            if sent:
                await asyncio.sleep(destination.min_interval)
            sent = True
            try:
                request, response, verdict = await attempt(sample)
                if isinstance(verdict, Simplify):
                    await asyncio.sleep(destination.min_interval)
                    request, response, verdict = await attempt(sample, plain=True)
            except NetworkError as error:
                yield Trial(sample.name, ok=False, outcome=no_answer(error))
                continue
            answer = "" if _is_yes(verdict) else " ".join(answers.excerpt(request, response.body).split())
            yield Trial(sample.name, _is_yes(verdict), _outcome(response.status, verdict), answer[:_EXCERPT])


def _is_yes(verdict: Verdict) -> bool:
    if isinstance(verdict, Itemised):
        return all(isinstance(item, Delivered) for item in verdict.verdicts.values())
    return isinstance(verdict, Delivered)


def _outcome(status: int, verdict: Verdict) -> str:
    match verdict:
        case Delivered():
            return f"{status}, accepted"
        case Itemised():
            return f"{status}, accepted" if _is_yes(verdict) else f"{status}: refused record by record"
        case Retry(reason) | Rejected(reason) | Simplify(reason):
            said = reason if reason.startswith(str(status)) else f"{status}: {reason}"
            return f"not accepted: {said}"
