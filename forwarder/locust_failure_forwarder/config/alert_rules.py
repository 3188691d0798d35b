"""`alerts`: the rules as frozen models, told apart by `when`, with every default. Decides nothing."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias, cast

from pydantic import BeforeValidator, Field

from .base import ConfigModel, Label, Name
from .units import Duration, Percentile, PositiveDuration, Ratio, bounds, parse_duration

Severity = Literal["info", "warning", "critical"]
Scope = Literal["test", "endpoint"]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Rule(ConfigModel):
    """What every rule has."""

    name: Name
    """Unique name of the rule."""
    severity: Severity = "warning"
    """How bad it is."""
    labels: dict[str, Label] = Field(default_factory=dict[str, str])
    """Labels copied into its alerts."""
    over: PositiveDuration = 10.0
    """Length of the window."""
    warm_up: Duration = 0.0
    """Seconds from the start of the run that do not count."""
    hold: Annotated[Duration, Field(alias="for")] = 0.0
    """For how long the condition must hold before it fires."""
    resolve_after: Duration = 30.0
    """For how long it must be over before it resolves."""
    cooldown: Duration = 0.0
    """For how long the rule rests after it has resolved."""
    repeat: Duration = 600.0
    """Told again after so long while it lasts; 0: never."""
    max_per_hour: Annotated[int, Field(ge=2)] = 20
    """Messages of this rule in an hour; what is above is told together in one message."""
    unless: tuple[Name, ...] = ()
    """Rules that say the same and more: this one does not fire while one of them does."""

    @property
    def scope(self) -> Scope:
        """What is looked at: the test as a whole, or each endpoint by itself."""
        return "test"


class ScopedRule(Rule):
    """A rule that may look at each endpoint by itself."""

    per: Scope = "test"
    """`test` as a whole, or each `endpoint` by itself. Endpoints that fail together are one alert."""
    min_requests: Annotated[int, Field(ge=1)] = 20
    """Fewer requests in the window say nothing."""

    @property
    def scope(self) -> Scope:
        """What is looked at: the test as a whole, or each endpoint by itself."""
        return self.per


class FailureRatioRule(ScopedRule):
    """The share of failed requests in a window rose above a limit."""

    when: Literal["failure_ratio"] = "failure_ratio"
    """What is measured."""
    above: Ratio = 0.05
    """Fires above this share."""
    resolve_below: Ratio | None = None
    """Resolves once the share stays below this; half of `above` if not given."""
    false_alarm_every: Annotated[PositiveDuration, bounds(parse_duration, least="1h")] | None = None
    """A test of this length whose true share is just the limit may have one alert by chance, at most. If not given,
    the rule fires whenever the share that was measured is above the limit."""

    @property
    def resolve_limit(self) -> float:
        """The share below which the rule resolves."""
        return self.above / 2 if self.resolve_below is None else self.resolve_below


class FailuresPerSecondRule(ScopedRule):
    """More requests failed in a second than a limit, on average over a window."""

    when: Literal["failures_per_second"]
    """What is measured."""
    above: Positive = 1.0
    """Fires above so many failures a second."""
    resolve_below: NotNegative | None = None
    """Resolves once it stays below this; half of `above` if not given."""
    min_requests: Annotated[int, Field(ge=1)] = 1
    """Fewer requests in the window say nothing."""

    @property
    def resolve_limit(self) -> float:
        """Failures a second below which the rule resolves."""
        return self.above / 2 if self.resolve_below is None else self.resolve_below


class SpikeRule(ScopedRule):
    """The share of failed requests is higher than before, and chance does not explain it."""

    when: Literal["spike"]
    """What is measured."""
    factor: Annotated[float, Field(ge=1.1, le=1000, allow_inf_nan=False)] = 2.0
    """So many times the share before, at least."""
    at_least: Ratio = 0.01
    """A smaller share is no spike, whatever it was before."""
    min_failures: Annotated[int, Field(ge=1)] = 5
    """Fewer failures in the window say nothing."""
    baseline: PositiveDuration = 300.0
    """How long before is looked at."""
    false_alarm_every: Annotated[PositiveDuration, bounds(parse_duration, least="1h")] = 86_400.0
    """A steady test of this length may have one false alarm, at most."""
    resolve_below: Ratio | None = None
    """Resolves once the share stays below this; if not given, half way back to what it was before."""


class NewFailureRule(Rule):
    """A failure that was not seen before in this run."""

    when: Literal["new_failure"]
    """What is measured."""
    at_most: Annotated[int, Field(ge=1, le=1000)] = 5
    """New failures of one run that are told; what comes after is not."""
    baseline: Annotated[str, Field(min_length=1)] | None = None
    """Log of an earlier run, or a folder of logs, relative to the working directory: what it has is not new."""
    resolve_after: Duration = 60.0
    """Resolves when nothing new has come for so long."""


class NoRequestsRule(Rule):
    """No request ended within a window, although users are running and some should have."""

    when: Literal["no_requests"]
    """What is measured."""
    over: PositiveDuration = 30.0
    """Length of the window."""
    min_requests: Annotated[int, Field(ge=1)] = 5
    """Requests that the window should have had, by the pace before it; fewer say nothing."""
    resolve_after: Duration = 5.0
    """For how long requests must come again before it resolves."""


class SlowRequestsRule(ScopedRule):
    """A percentile of the response times in a window rose above a limit."""

    when: Literal["slow_requests"]
    """What is measured."""
    percentile: Percentile = 95.0
    """Which one; `95`, `p95` and `95%` are the same."""
    above: PositiveDuration = 2.0
    """Fires above this response time."""
    over: PositiveDuration = 30.0
    """Length of the window."""
    resolve_below: Duration | None = None
    """Resolves once it stays below this; 80 % of `above` if not given."""

    @property
    def resolve_limit(self) -> float:
        """Seconds below which the rule resolves."""
        return self.above * 0.8 if self.resolve_below is None else self.resolve_below


_Kinds = Annotated[
    FailureRatioRule | FailuresPerSecondRule | SpikeRule | NewFailureRule | NoRequestsRule | SlowRequestsRule,
    Field(discriminator="when"),
]


def _with_kind(value: object) -> object:
    """`failure_ratio` is meant where nothing else is written."""
    if isinstance(value, Mapping) and "when" not in value:
        return {"when": "failure_ratio", **cast("Mapping[str, object]", value)}
    return cast("object", value)


AnyRule: TypeAlias = Annotated[_Kinds, BeforeValidator(_with_kind)]
"""Any rule, told apart by `when`."""

DEFAULT_RULES: Final[tuple[AnyRule, ...]] = (
    FailureRatioRule(name="failure-spike", resolve_below=0.04, false_alarm_every=86_400.0, unless=("failure-rise",)),
    SpikeRule(name="failure-rise", when="spike", unless=("failure-spike",)),
    NoRequestsRule(name="no-requests", when="no_requests"),
)
"""What holds as soon as a destination takes alerts and no rules are written."""
