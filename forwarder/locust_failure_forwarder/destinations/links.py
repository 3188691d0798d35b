"""`links`: addresses to open from a message, one of them a template with the time range. Pure; opens nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Annotated, Final
from urllib.parse import quote

from locust_failure_schemas import Alert, RunSummary
from pydantic import AfterValidator, SecretStr

from ..config.models import ConfigModel
from ..config.suggest import did_you_mean, listing, sentences
from .web_url import check_url

BEFORE: Final = timedelta(minutes=5)
"""Time before an episode or run that a dashboard shows as well: what was usual."""
AFTER: Final = timedelta(minutes=1)

PLACEHOLDERS: Final[tuple[str, ...]] = (
    "from_ms",
    "to_ms",
    "from_s",
    "to_s",
    "from_iso",
    "to_iso",
    "run_id",
    "run",
    "environment",
)
"""What a dashboard's address may hold in braces."""

_LONGEST: Final = 1000
"""Characters of an address once it is filled in; longer ones would break the limits of messages."""


def _check_address(address: str) -> str:
    check_url(SecretStr(address))
    if len(address) > _LONGEST // 2:
        raise ValueError(f"expected an address of at most {_LONGEST // 2} characters")
    return address


def _check_template(template: str) -> str:
    try:
        names = list(_names(template))
    except ValueError:
        raise ValueError("braces do not match; write {{ and }} for braces that stay") from None
    for name in names:
        if name not in PLACEHOLDERS:
            known = listing(f"{{{known}}}" for known in PLACEHOLDERS)
            raise ValueError(
                sentences("a placeholder that is not known.", did_you_mean(name, PLACEHOLDERS), f"Known: {known}")
            )
    filled: dict[str, str] = dict.fromkeys(PLACEHOLDERS, "0")
    _check_address(template.format_map(filled))
    return template


def _names(template: str) -> Iterator[str]:
    for _, name, spec, conversion in Formatter().parse(template):
        if name is not None:
            yield name + (f":{spec}" if spec else "") + (f"!{conversion}" if conversion else "")


class LinksConfig(ConfigModel):
    """`links`: what a message offers to open. Everyone who reads the message sees them."""

    web_ui: Annotated[str, AfterValidator(_check_address)] | None = None
    """Address of Locust's web UI."""
    dashboard: Annotated[str, AfterValidator(_check_template)] | None = None
    """Address of a dashboard; `{from_ms}`, `{to_ms}`, `{run_id}` and others are filled in."""

    def of(self, event: Alert | RunSummary) -> tuple[tuple[str, str], ...]:
        """Label and address of each link that is configured and not too long."""
        links = [("Dashboard", _fill(self.dashboard, event)), ("Locust", self.web_ui)]
        return tuple((label, address) for label, address in links if address and len(address) <= _LONGEST)


def _fill(template: str | None, event: Alert | RunSummary) -> str | None:
    if template is None:
        return None
    ended = event.ended_at if isinstance(event, RunSummary) else event.occurred_at
    start, end = _shifted(event.started_at, -BEFORE), _shifted(ended, AFTER)
    values = {
        "from_ms": str(round(start.timestamp() * 1000)),
        "to_ms": str(round(end.timestamp() * 1000)),
        "from_s": str(round(start.timestamp())),
        "to_s": str(round(end.timestamp())),
        "from_iso": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "to_iso": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "run_id": str(event.run.id),
        "run": _quoted(event.run.name),
        "environment": _quoted(event.run.environment or ""),
    }
    return template.format_map(values)


def _shifted(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment.astimezone(UTC) + by
    except OverflowError:  # at either end of the calendar
        return moment


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "replace"), safe="")
