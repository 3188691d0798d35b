"""What a rule finds in the samples about one subject, as a frozen value. Decides nothing."""

from dataclasses import dataclass
from typing import Final

from .samples import Key


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What a finding is about: the whole test, an endpoint, or one kind of failure."""

    method: str = ""
    name: str = ""
    detail: str = ""
    """Fingerprint of a failure."""


TEST: Final = Subject()


def subject_of(key: Key | None) -> Subject:
    """The subject for an endpoint; the test for None."""
    return TEST if key is None else Subject(*key)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was measured at one moment."""

    subject: Subject
    value: float
    """What was measured, in the rule's unit."""
    limit: float
    """Above which it fires, in the same unit."""
    requests: int
    """Within the window."""
    failures: int
    """Within the window."""
    window: float
    """Seconds that were looked at."""
    breached: bool
    """Whether the condition to fire holds."""
    below: bool | None
    """Whether the condition to resolve holds; None where nothing was measured that could tell."""
    before: float | None = None
    """The same measure before the window, where it was taken."""

    @property
    def badness(self) -> float:
        """How far above its limit, to find the worst."""
        return self.value / self.limit if self.limit > 0 else self.value
