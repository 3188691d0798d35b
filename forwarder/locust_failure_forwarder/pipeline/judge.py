"""From samples to alerts and summaries, as events for the log. The rules themselves are in `alerts/`; no I/O here."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from locust_failure_schemas import Alert, EndpointCount, RunSummary

from ..alerts import engine
from ..alerts.engine import State
from ..alerts.episodes import Notice
from ..alerts.history import History
from ..alerts.samples import Sample, point_of
from ..alerts.stored import WHOLE_EVERY, dump_sample, dump_state
from ..config.alert_rules import AnyRule
from ..uuid7 import uuid7
from .alert_event import TOP, Shown, alert_of, span_of, utc
from .counters import Account, RouteKey
from .delivery_counts import delivery_counts
from .groups import Groups
from .log import KeptSample, NewEvent
from .recent_errors import ErrorTable, RecentErrors
from .runs import RunState
from .sample_frame import SampleReader, workers_categories
from .text import scalar_text
from .watch_again import Episodes, Restored, watch_again

NO_ACCOUNTS: Final[Mapping[RouteKey, Account]] = {}
NO_KNOWN: Final[Mapping[str, Collection[str]]] = {}


class Judge:
    """Keeps the rules' state for the run in progress, and the numbering of what it emits."""

    def __init__(
        self,
        rules: Iterable[AnyRule],
        redact_text: Callable[[str], str],
        known: Mapping[str, Collection[str]] = NO_KNOWN,
    ) -> None:
        """`known` are fingerprints that are not new, by the name of the rule `new_failure`."""
        self._rules = tuple(rules)
        self._by_name = {rule.name: rule for rule in self._rules}
        self._known = known
        self._reader = SampleReader(redact_text)
        self._state = engine.start()
        self._episodes: Episodes = {}
        self._table = ErrorTable()
        self._recent = RecentErrors(self.reach)
        self._before: dict[str, Mapping[str, int] | None] = {}
        self._alerts = 0
        self._summaries = 0
        self._resumes = False
        self._since_whole = WHOLE_EVERY
        self._kept: list[KeptSample] = []

    @property
    def reach(self) -> float:
        """Seconds of samples that the rules need to go on."""
        return engine.keep(self._rules)

    def begin(self, at: float | None = None) -> None:
        """A run starts, at epoch seconds: every rule starts anew."""
        self._state = engine.start(at)
        self._reader.begin()
        self._episodes = {}
        self._table = ErrorTable()
        self._recent = RecentErrors(self.reach)
        self._before = {}
        self._resumes = False
        self._since_whole = WHOLE_EVERY

    def restore(
        self,
        alerts: Collection[Alert],
        current: UUID,
        summaries: int,
        *,
        samples: Iterable[Sample] = (),
        state: State | None = None,
        groups: int = 0,
    ) -> None:
        """Take up where an earlier process was when it died.

        Where it left no samples, the windows begin with the next one, so a rule that fires goes on firing until enough
        new ones say otherwise.

        Args:
            alerts: all that it had emitted, oldest first.
            current: id of the run in progress.
            summaries: how many it had emitted.
            samples: the last samples of that run, oldest first.
            state: of its rules after the last of them.
            groups: how many kinds of failures its samples told of.
        """
        self._summaries = summaries
        self._alerts = max((alert.sequence for alert in alerts), default=0)
        samples = tuple(samples)
        self._reader.resume(groups, samples)
        mine = [alert for alert in alerts if alert.run.id == current]
        restored: Restored = watch_again(self._rules, mine, samples, state, self._state)
        self._state, self._episodes = restored.state, restored.episodes
        self._resumes = self._state.history == History()
        self._recent = RecentErrors(self.reach, from_start=False)

    def sample(self, run: RunState, payload: dict[str, Any]) -> list[NewEvent]:
        """Alerts that follow from one `sample` frame."""
        sample = self._reader.read(run, payload)
        self._table.take(self._reader.errors((*payload.get("new_errors", ()), *payload["errors"])))
        self._recent.note(sample.at, self._groups(run).counts())
        before = self._state.history
        if self._resumes:
            self._resumes = False
            self._state = engine.resume(self._state, sample)
            notices: tuple[Notice, ...] = ()
        else:
            known = self._state.bases
            self._state, notices = engine.step(self._rules, self._state, sample, self._known)
            for name, base in self._state.bases.items():
                if base is not known.get(name):  # an episode has begun, whether or not a message tells of it
                    run.alerts_fired += 1
                    self._before[name] = self._recent.before(base.at)
        events = [self._alert(run, notice) for notice in notices]
        self._keep(run, sample, before)
        return events

    def end(self, run: RunState, at: float) -> list[NewEvent]:
        """The run is over: rules that still fire are resolved as `test_ended`."""
        if self._state.finished:
            return []
        before = self._state
        self._state, notices = engine.finish(self._rules, self._state, at)
        events = [self._alert(run, notice) for notice in notices]
        if before != engine.start(before.began_at):
            self._kept.append(KeptSample(run.origin, at, whole=False, body=b"", state=self._dump()))
        return events

    def take_kept(self) -> tuple[KeptSample, ...]:
        """What the log has to keep of the samples since the last call, to be committed with the events they caused."""
        kept, self._kept = tuple(self._kept), []
        return kept

    def summary(
        self, run: RunState, payload: dict[str, Any], accounts: Mapping[RouteKey, Account] = NO_ACCOUNTS
    ) -> NewEvent:
        """The summary of a run from its `summary` frame, with what has become of its failures until now."""
        self._summaries += 1
        self._table.take(self._reader.errors(payload["errors"]))
        started, ended = payload["started_at"], payload["at"]
        categories = run.categories + workers_categories(payload.get("categories"))
        failed = sorted((row for row in payload["endpoints"] if row[3] > 0), key=lambda row: -row[3])
        summary = RunSummary(
            id=UUID(bytes=uuid7(ended)),
            sequence=self._summaries,
            occurred_at=utc(ended),
            run=run.run,
            node=run.node,
            started_at=utc(started),
            ended_at=utc(ended),
            duration_s=max(0.0, ended - started),
            users_peak=payload["users_peak"],
            requests=payload["requests"],
            failures=payload["failures"],
            user_errors=categories["user_error"],
            alerts_fired=run.alerts_fired,
            categories=dict(categories.most_common()),  # pyright: ignore[reportArgumentType] - keys are categories; the model checks
            top_endpoints=tuple(
                EndpointCount(method=scalar_text(m), name=self._reader.clean(n), requests=r, failures=f)
                for m, n, r, f, *_ in failed[:TOP]
            ),
            top_errors=self._groups(run).top(TOP),
            deliveries=delivery_counts(accounts, payload.get("accounts"), self._reader.clean),
        )
        return NewEvent("summaries", summary.id, run.origin, summary.model_dump_json().encode())

    def _alert(self, run: RunState, notice: Notice) -> NewEvent:
        self._alerts += 1
        rule = self._by_name[notice.rule.name]
        number, episode_id = self._episodes.get(rule.name, (0, UUID(int=0)))
        if number != notice.episode.number:
            episode_id = UUID(bytes=uuid7(notice.at))
            self._episodes[rule.name] = (notice.episode.number, episode_id)
        ids = (episode_id, self._alerts)
        alert = alert_of(notice, rule, self._state, run, ids, self._shown(run, notice), self._reader.clean)
        return NewEvent("alerts", alert.id, run.origin, alert.model_dump_json().encode())

    def _keep(self, run: RunState, sample: Sample, history: History) -> None:
        """Whole now and then, and whenever it cannot be told by the difference to the one before."""
        newest = history.newest
        total = point_of(sample).total
        grown = total.failures - newest.total.failures, total.requests - newest.total.requests
        follows = len(history.points) > 1 and 0 <= grown[0] <= grown[1]
        whole = self._since_whole >= WHOLE_EVERY or not follows
        self._since_whole = 1 if whole else self._since_whole + 1
        body = dump_sample(sample, None if whole else newest)
        self._kept.append(KeptSample(run.origin, sample.at, whole, body, self._dump()))

    def _dump(self) -> bytes:
        return dump_state(self._state, self._reader.groups_told)

    def _shown(self, run: RunState, notice: Notice) -> Shown:
        """Errors of the window, or of the whole episode once it is over; of the run, if no count of then is left."""
        name = notice.rule.name
        groups = self._groups(run)
        window = span_of(notice, self._state)
        before = self._before.get(name) if notice.state == "resolved" else self._recent.before(window.start.at)
        if before is None:
            return Shown(groups.top(TOP), None)
        return Shown(groups.top(TOP, before), window)

    def _groups(self, run: RunState) -> Groups:
        """Our own where this node captured failures; else those of Locust's table, as a master has it."""
        return run.groups if run.groups.since(0) else self._table.groups
