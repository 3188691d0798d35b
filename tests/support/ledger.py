"""Holds what a receiver got against what Locust counted. Exact: nothing missing, nothing doubled, no gap."""

from collections import defaultdict

from locust_failure_forwarder.demo.monitoring import MonitoringApi
from support.locust_run import Locust


def assert_exact(locust: Locust, monitoring: MonitoringApi, output: str) -> None:
    """Every failure that Locust's processes counted arrived once, and each node's sequence has no gap."""
    expected = locust.failures()
    assert expected > 0, f"the test made no failures\n{output}"
    assert len(monitoring.failures) == expected, f"{len(monitoring.failures)} arrived, {expected} counted\n{output}"
    assert not monitoring.duplicates, output
    by_node: dict[str, list[int]] = defaultdict(list)
    for record in monitoring.failures.values():
        by_node[record.node.worker_id].append(record.sequence)
    for node, sequences in by_node.items():
        assert sorted(sequences) == list(range(1, len(sequences) + 1)), f"gaps in the sequence of {node}"


def printed_accounts(output: str) -> list[str]:
    """The lines of accounts that the plugin printed."""
    return [line for line in output.splitlines() if "captured" in line and "= delivered" in line]
