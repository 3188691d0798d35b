"""What a plan of requests with canaries consists of. Data only."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Exchange:
    """One request and its answer."""

    name: str
    """Locust's name of the request."""
    path: str = ""
    """What follows `/case/<number>`."""
    address: str = "http://{host}"
    """What stands before it."""
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: str | None = None
    context: dict[str, Any] | None = None
    failure: str | None = None
    """What `response.failure` is called with."""
    raises: bool = False
    """Whether it is called with an exception of this text."""
    status: int = 500
    answer_headers: dict[str, str] = field(default_factory=dict[str, str])
    answer: bytes = b""


@dataclass(slots=True)
class Plan:
    """All of it."""

    exchanges: list[Exchange]
    raised: list[str]
    """Texts of exceptions that tasks raise."""
    contexts: list[dict[str, Any]]
    """Contexts of requests of a client of one's own, the last of which is no valid record."""
    of_users: dict[str, Any]
    """What `User.context()` returns."""

    def for_the_locustfile(self) -> str:
        """The plan as JSON, without the answers."""
        exchanges = [{**asdict(each), "answer": None} for each in self.exchanges]
        rest = {"raised": self.raised, "contexts": self.contexts, "of_users": self.of_users}
        return json.dumps({"exchanges": exchanges, **rest})
