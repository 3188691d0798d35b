"""What a rule remembers and what it tells, as frozen values: standings, episodes, notices. Decides nothing.

Time is `clock`, seconds of the run that only move forward, whatever the wall clock does; `at` is epoch seconds, for
what is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..config.alert_rules import Rule
from .findings import Finding, Subject


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one subject stands. Clock seconds."""

    pending_since: float | None = None
    firing: bool = False
    below_for: float | None = None
    """Seconds for which it has been below its lower limit while firing; None if it is not below."""


@dataclass(frozen=True, slots=True)
class Episode:
    """From the first message of an alert to its resolved one."""

    number: int
    """Counted from 1 for each rule and run."""
    started_at: float
    """Epoch seconds."""
    members: frozenset[Subject]
    """All that fired in it."""
    told: int = 0
    """Messages so far; 0 if the hour's were used up."""
    told_at: float = 0.0
    """Clock of the last one."""
    told_members: frozenset[Subject] = frozenset()
    """Of whom the messages spoke."""
    peak: float = 0.0
    """The greatest value of any member so far, in the rule's unit."""


@dataclass(frozen=True, slots=True)
class RuleState:
    """What a rule remembers from one sample to the next."""

    standings: Mapping[Subject, Standing] = field(default_factory=dict[Subject, Standing])
    episode: Episode | None = None
    episodes: int = 0
    rests_until: float = 0.0
    """Clock until which nothing new fires."""
    sent: tuple[float, ...] = ()
    """Clock of each message of the last hour."""
    folded: int = 0
    """Episodes that no message has told of yet, because the hour's were used up."""
    hidden: Episode | None = None
    """The last of them."""

    @property
    def active(self) -> frozenset[Subject]:
        """Subjects that are pending or firing."""
        return frozenset(s for s, at in self.standings.items() if at.firing or at.pending_since is not None)


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to be sent."""

    rule: Rule
    state: Literal["firing", "resolved"]
    episode: Episode
    at: float
    """Epoch seconds."""
    repeat: int
    """How many messages of the episode said before that it fires; 0 for the first."""
    resolution: Literal["recovered", "test_ended"] | None
    finding: Finding
    """The worst of the episode."""
    firing: tuple[Finding, ...]
    """Of all members that fire, or fired until now; worst first."""
    folded: int = 0
    """Episodes before this one that no message told of, because the hour's were used up."""
    last: bool = False
    """Whether the hour's messages are used up by this one, but for the one that ends it."""
