"""Failures that never reached the forwarder process, by reason, and which of them it has been told of. Pure."""


class Drops(dict[str, int]):
    """Counts by reason; only ever rises."""

    def __init__(self) -> None:
        super().__init__()
        self._reported: dict[str, int] = {}

    def add(self, reason: str, count: int = 1) -> None:
        """Count more."""
        if count:
            self[reason] = self.get(reason, 0) + count

    @property
    def unreported(self) -> dict[str, int]:
        """What came since the last `report`."""
        news = {reason: count - self._reported.get(reason, 0) for reason, count in self.items()}
        return {reason: count for reason, count in news.items() if count}

    def report(self) -> dict[str, int]:
        """What came since the last time; from now on it counts as told."""
        news = self.unreported
        self._reported = dict(self)
        return news
