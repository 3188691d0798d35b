"""What is remembered of a run's samples, and windows over it: frozen and bounded. Knows no limit and no alert."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import isfinite
from operator import attrgetter
from typing import Final

from .samples import NOTHING, Counts, Key, Point

RECENT: Final = 130.0
"""Seconds of which every sample is kept; before that, fewer."""
LEAST_STEP: Final = 0.4
"""Seconds between two samples, at least; of samples that come faster, some are skipped."""
LONG_POINTS: Final = 360
"""Samples kept of all that is older. A window of an hour is exact to 10 s."""
_AT: Final = attrgetter("at")
MOST_POINTS: Final = int(RECENT / LEAST_STEP) + LONG_POINTS + 4


@dataclass(frozen=True, slots=True)
class Window:
    """What happened between two samples."""

    start: Point
    end: Point

    def counts(self, key: Key | None = None) -> Counts:
        """Of one endpoint; of the test without `key`."""
        return self.end.counts(key).since(self.start.counts(key))

    def tally(self, key: Key | None = None) -> tuple[int, int]:
        """Requests and failures alone, which costs less than `counts`."""
        end, start = self.end.counts(key), self.start.counts(key)
        made, failed = end.requests - start.requests, end.failures - start.failures
        return (made, failed) if 0 <= failed <= made else (end.requests, end.failures)

    @property
    def span(self) -> float | None:
        """Seconds that its counts are of, to divide by; None if it begins before all samples."""
        return self.end.known_at - self.start.known_at if isfinite(self.start.at) else None

    @property
    def keys(self) -> tuple[Key, ...]:
        """Endpoints known at its end."""
        return tuple(self.end.endpoints)

    def worst(self, number: int) -> tuple[tuple[Key, Counts], ...]:
        """Endpoints that failed within it, most failures first, at most so many."""
        found = ((key, self.counts(key)) for key in self.end.endpoints)
        failed = [(key, counts) for key, counts in found if counts.failures > 0]
        failed.sort(key=lambda item: (-item[1].failures, item[1].requests, item[0]))
        return tuple(failed[:number])


@dataclass(frozen=True, slots=True)
class History:
    """The samples of a run that are still remembered."""

    points: tuple[Point, ...] = (NOTHING,)
    """Oldest first, never empty; the first is `NOTHING` while all of the run is remembered."""

    @property
    def newest(self) -> Point:
        """The last sample, or `NOTHING`."""
        return self.points[-1]

    def elapsed(self, point: Point) -> float:
        """Seconds from the last sample to `point`; 0 if there was none, or if the clock was set back."""
        return max(point.at - self.newest.at, 0.0) if self.newest is not NOTHING else 0.0

    def advance(self, point: Point, keep: float) -> "History":
        """With one sample more, reaching back `keep` seconds at least."""
        made = point.total.requests - self.newest.total.requests
        if not 0 <= point.total.failures - self.newest.total.failures <= made:
            # Locust's --reset-stats: the counts began anew at zero, and so does the history. Every failure is a request
            # too, so more new failures than requests tell of it even where both counts are higher again.
            return History((NOTHING, point))
        points = self.points if point.at >= self.newest.at else _shifted(self.points, point.at - self.newest.at)
        if not made and points[-1] is not NOTHING:
            point = replace(point, moved=points[-1].at if points[-1].moved is None else points[-1].moved)
        # The newest is always there; it makes way for the next one if they are too close to each other.
        if len(points) > 1 and points[-1].at - points[-2].at < LEAST_STEP:
            points = points[:-1]
        return History((*_thinned(points, point.at, keep), point))

    def window(self, over: float, ago: float = 0.0, since: float = float("-inf")) -> Window:
        """The `over` seconds that ended `ago` seconds before the last sample, as far as they lie after `since`.

        It begins at the last sample that is old enough: a window is never shorter than `over`, unless the run is.
        """
        return self._back(self._at(self.newest.at - ago) if ago else self.newest, over, since)

    def measured(self, over: float, since: float = float("-inf")) -> Window:
        """As `window`, but from before the last `over` seconds that the counts are of: for what is counted a second."""
        return self._back_to(self.newest, self.newest.known_at - over, since)

    def before(self, window: Window, over: float, since: float = float("-inf")) -> Window:
        """The `over` seconds before a window, as far as they lie after `since`."""
        return self._back(window.start, over, since)

    def part(self, start: float, end: float) -> Window | None:
        """What is known to lie between two moments; None if no two samples do."""
        first = bisect_left(self.points, start, key=_AT)
        last = bisect_right(self.points, end, key=_AT) - 1
        return Window(self.points[first], self.points[last]) if first < last else None

    def without(self, window: Window, spans: Iterable[tuple[float, float]]) -> list[Window]:
        """A window without some of its time: what is left, in pieces.

        Args:
            window: the whole.
            spans: start and end of each part to leave out, oldest first. They may overlap.
        """
        pieces, start = list[Window | None](), window.start.at
        for began, ended in spans:
            pieces.append(self.part(start, min(began, window.end.at)))
            start = max(start, ended)
        pieces.append(self.part(start, window.end.at))
        return [piece for piece in pieces if piece is not None]

    def between(self, window: Window, step: float) -> list[Window]:
        """A window in parts of `step` seconds, about."""
        first = bisect_right(self.points, window.start.at, key=_AT) - 1
        parts: list[Window] = []
        start = self.points[max(first, 0)]
        for point in self.points[max(first, 0) + 1 :]:
            if point.at > window.end.at:
                break
            if start is NOTHING or point.at - start.at >= step * 0.95:  # samples are never quite on time
                parts.append(Window(start, point))
                start = point
        return parts

    def _back(self, end: Point, over: float, since: float) -> Window:
        return self._back_to(end, end.at - over, since)

    def _back_to(self, end: Point, moment: float, since: float) -> Window:
        start = self._at(moment)
        if start.at < since:
            start = next((point for point in self.points if point.at >= since), end)
            start = min(start, end, key=_AT)
        return Window(start, end)

    def _at(self, moment: float) -> Point:
        """The last sample at `moment` or before it; the first one if there is none."""
        return self.points[max(bisect_right(self.points, moment, key=_AT) - 1, 0)]


def resumed(point: Point) -> History:
    """A run that is taken up in the middle: what happened before `point` is unknown, so it begins with it."""
    return History((replace(point, at=NOTHING.at), point))


def _shifted(points: tuple[Point, ...], seconds: float) -> tuple[Point, ...]:
    """The same, with all times moved: the clock was set back, and time did not pass meanwhile."""
    return tuple(
        point
        if point is NOTHING
        else replace(point, at=point.at + seconds, moved=None if point.moved is None else point.moved + seconds)
        for point in points
    )


def _thinned(points: tuple[Point, ...], now: float, keep: float) -> tuple[Point, ...]:
    """Without what is too old, and with only some of what is not recent."""
    oldest = bisect_right(points, now - keep, key=_AT) - 1
    points = points[max(oldest, 0) :]  # the one before the horizon is where the longest window starts
    recent = bisect_right(points, now - RECENT, key=_AT)
    step = max(10.0, keep / LONG_POINTS)
    # Each sample was recent once, and all before it were thinned then: those near the end are what there is to do.
    changed = recent
    while changed > 1 and points[changed - 1].at - points[changed - 2].at < step:
        changed -= 1
    if changed == recent:
        return points
    kept = list(points[:changed])
    for point in points[changed:recent]:
        if point.at - kept[-1].at >= step:
            kept.append(point)
    return (*kept, *points[recent:])
