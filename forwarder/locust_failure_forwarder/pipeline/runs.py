"""What is known of each run: its names, its node, its counts. In memory; knows no frames and no log."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from locust_failure_schemas import FailureRecord, Node, Run

from ..config.models import RunConfig
from ..events import Origin
from .groups import Groups
from .validate import Draft, InvalidRecordError


@dataclass(slots=True)
class RunState:
    """One run as this process sees it."""

    run: Run
    node: Node
    origin: Origin
    categories: Counter[str] = field(default_factory=Counter[str])
    groups: Groups = field(default_factory=Groups)
    alerts_fired: int = 0
    over: bool = False
    """Whether it was said to have stopped, so that no more failures of it follow."""

    def count(self, record: FailureRecord) -> None:
        """Take note of one record."""
        error, request = record.error, record.request
        self.categories[error.category] += 1
        self.groups.add(error.fingerprint, request.method, request.name, error.message)


class RunBook:
    """All runs of this process, by id. The web UI starts several; only the last is in use at a time."""

    def __init__(
        self,
        config: RunConfig,
        redact_text: Callable[[str], str],
        redact_draft: Callable[[Draft], Draft] | None = None,
    ) -> None:
        """`redact_draft` judges labels by their names too; without it they are texts like the others."""
        self._name = redact_text(config.name)
        self._environment = None if config.environment is None else redact_text(config.environment)
        if redact_draft is None:
            self._labels = {key: redact_text(value) for key, value in config.labels.items()}
        else:
            self._labels = redact_draft(_draft_with(config.labels))["run"]["labels"]
        self._runs: dict[bytes, RunState] = {}

    def begin(self, run_id: bytes, node: dict[str, Any]) -> RunState:
        """A run has started on `node`.

        Raises:
            pydantic.ValidationError: `node` is none.
        """
        run = self.named(UUID(bytes=run_id))
        known_node = Node.model_validate(node)
        origin = Origin(run.model_dump_json().encode(), known_node.model_dump_json().encode())
        state = self._runs[run_id] = RunState(run, known_node, origin)
        return state

    def named(self, run_id: UUID) -> Run:
        """A run of this configuration as its records name it."""
        return Run(id=run_id, name=self._name, environment=self._environment, labels=self._labels)

    def expect(self, run_id: bytes) -> RunState:
        """The run.

        Raises:
            InvalidRecordError: it was not begun here.
        """
        run = self._runs.get(run_id)
        if run is None:
            raise InvalidRecordError("run: no such run was announced")
        return run

    def counted(self) -> dict[str, Any]:
        """For `status`: the run that began last, its failures by category, whether these are all; empty before any."""
        for run_id, state in reversed(self._runs.items()):
            return {"run": run_id, "categories": dict(state.categories), "over": state.over}
        return {}

    def get(self, run_id: bytes) -> RunState | None:
        """The run, if it was begun here."""
        return self._runs.get(run_id)


def _draft_with(labels: Mapping[str, str]) -> Draft:
    """A draft of which nothing is there but the labels of its run."""
    nothing = {"url": None, "name": "", "headers": dict[str, str](), "body": None, "message": "", "traceback": None}
    return {"request": nothing, "response": None, "error": nothing, "context": {}, "run": {"labels": labels}}
