"""Whether a share of failures is higher than before by more than chance: a beta-binomial test. Pure arithmetic.

docs/decisions/0016-spike-test.md says why this test, and how often it is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, lgamma, log
from typing import Final

_PRIOR: Final = 0.5
"""Jeffreys' prior for a proportion, Beta(1/2, 1/2): what a baseline without any failure says about its true share."""
_NEGLIGIBLE: Final = 1e-6
_FEWEST_BLOCKS: Final = 5
_FEWEST_FAILURES: Final = 5
_MOST: Final = 20.0
"""Of the dispersion: an outage in the baseline must not hide the next one."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was usual before: counts, and how much more than chance they scattered."""

    requests: int
    failures: int
    dispersion: float = 1.0
    """1 where failures come one by one; 3 where they come in threes."""

    @property
    def ratio(self) -> float:
        """Share of failed requests; 0 without requests."""
        return self.failures / self.requests if self.requests else 0.0


def dispersion(blocks: Sequence[tuple[int, int]]) -> float:
    """How much more than chance the share of failures scatters from block to block; from 1 to 20.

    Pearson's statistic over its degrees of freedom, as for quasi-binomial models (McCullagh and Nelder, Generalized
    Linear Models, 2nd edition, section 4.5).

    Args:
        blocks: requests and failures of each.
    """
    seen = scatter(blocks)
    return 1.0 if seen is None else seen


def scatter(blocks: Sequence[tuple[int, int]]) -> float | None:
    """The same; None if the blocks are too few or have too few failures to say anything."""
    filled = [(requests, failures) for requests, failures in blocks if requests > 0]
    requests, failures = sum(n for n, _ in filled), sum(k for _, k in filled)
    if len(filled) < _FEWEST_BLOCKS or failures < _FEWEST_FAILURES:
        return None
    if failures >= requests:
        return 1.0  # all fail, and steadily
    share = failures / requests
    pearson = sum((k - n * share) ** 2 / (n * share * (1 - share)) for n, k in filled)
    return min(max(1.0, pearson / (len(filled) - 1)), _MOST)


def log_tail(failures: int, requests: int, before: Baseline) -> float:
    """Natural logarithm of the chance to see so many failures or more, if nothing has changed.

    The true share is unknown; what the baseline says about it is a beta distribution, so the number of failures in
    `requests` is beta-binomial. Failures that come in clumps count for less, by the baseline's dispersion.
    """
    scale = before.dispersion
    n, k = round(requests / scale), int(failures / scale)
    a = before.failures / scale + _PRIOR
    b = (before.requests - before.failures) / scale + _PRIOR
    if k <= n * a / (a + b):
        return 0.0  # no more than expected
    if k > n:
        return -inf
    # ln of P(X = k) = C(n, k) B(k + a, n - k + b) / B(a, b), then the sum of the terms from there: each is the one
    # before it times a factor below one that falls.
    first = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + _log_beta(k + a, n - k + b) - _log_beta(a, b)
    total = term = 1.0
    while k < n and term > _NEGLIGIBLE * total:
        term *= (n - k) * (k + a) / ((k + 1) * (n - k - 1 + b))
        total += term
        k += 1
    return min(first + log(total), 0.0)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
