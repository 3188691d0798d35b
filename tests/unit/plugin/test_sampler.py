"""One sample of Locust's own statistics, as the forwarder process gets it. In a process of its own: locust patches."""

import json
import subprocess
import sys
from typing import Any, Final

MAX_ERRORS: Final = 10
PRELUDE = """
import json
from types import SimpleNamespace
from locust.stats import RequestStats
from locust_failure_forwarder.plugin.sampler import MAX_ENDPOINTS, MAX_ERRORS, MAX_NEW_ERRORS, Sampler
stats = RequestStats()
runner = SimpleNamespace(stats=stats, user_count=7)
sampler = Sampler()
def sample():
    found = sampler.sample(runner, 12.5)
    found["endpoints"] = [list(row[:4]) + [sorted(row[4].items())] for row in found["endpoints"]]
    found["times"] = sorted(found["times"].items())
    return found
"""


def _run(code: str) -> Any:
    done = subprocess.run([sys.executable, "-c", PRELUDE + code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_sample_has_every_endpoint_with_its_counts_and_times() -> None:
    found = _run("""
for ms in (10, 10, 147): stats.log_request("GET", "/a", ms, 5)
stats.log_request("POST", "/b", None, 5)
stats.log_error("POST", "/b", ValueError("no"))
print(json.dumps(sample()))
""")
    assert (found["at"], found["requests"], found["failures"], found["users"]) == (12.5, 4, 1, 7)
    assert found["endpoints"] == [["GET", "/a", 3, 0, [[10, 2], [150, 1]]], ["POST", "/b", 1, 1, []]]
    assert found["times"] == [[10, 2], [150, 1]]
    assert found["errors"] == found["new_errors"] == [["POST", "/b", "no", 1]]


def test_endpoints_beyond_the_bound_are_one_row_and_the_others_stay_the_same() -> None:
    first, second, bound = _run("""
for n in range(MAX_ENDPOINTS + 3):
    stats.log_request("GET", f"/{n}", 1, 1)
one = sample()
for n in range(5):
    stats.log_request("GET", f"/{MAX_ENDPOINTS + 1}", 1, 1)
    stats.log_error("GET", f"/{MAX_ENDPOINTS + 1}", "no")
print(json.dumps([one, sample(), MAX_ENDPOINTS]))
""")
    assert len(first["endpoints"]) == len(second["endpoints"]) == bound + 1
    assert first["endpoints"][:-1] == second["endpoints"][:-1]
    assert [sample["endpoints"][-1] for sample in (first, second)] == [
        ["", "(other endpoints)", 3, 0, []],
        ["", "(other endpoints)", 8, 5, []],
    ]


def test_an_error_is_new_once_and_again_after_the_statistics_were_reset() -> None:
    told = _run("""
told = []
def fail(*texts):
    for text in texts: stats.log_error("GET", "/", text)
    told.append([row[2] for row in sample()["new_errors"]])
fail("a", "b")
fail("a")
fail("c")
stats.reset_all()
fail("a")
fail(*[f"many {n}" for n in range(MAX_NEW_ERRORS + 2)])
fail()
print(json.dumps(told))
""")
    assert told[:4] == [["a", "b"], [], ["c"], ["a"]]
    assert [len(texts) for texts in told[4:]] == [50, 2]


def test_what_cannot_be_told_in_time_is_left_out() -> None:
    """P3: neither an error table without bound nor a rounding of the user's own stalls the test."""
    found = _run("""
for n in range(2500): stats.log_error("GET", "/", f"order {n}")
for n in range(1500): stats.entries[("/", "GET")].response_times[n] += 1
print(json.dumps(sample()))
""")
    assert (found["errors"], found["new_errors"]) == ([], [])
    assert found["endpoints"][0][4] == []


def test_errors_that_grow_now_are_told_beside_the_most_frequent_of_the_run() -> None:
    told = _run("""
for n in range(MAX_ERRORS):
    for _ in range(100): stats.log_error("GET", "/", f"old {n:02}")
sample()
stats.log_error("GET", "/", "new")
first = [row[2:] for row in sample()["errors"]]
stats.log_error("GET", "/", "new")
stats.log_error("GET", "/", "old 03")
second = [row[2:] for row in sample()["errors"]]
print(json.dumps([first, second, [row[2] for row in sample()["errors"]]]))
""")
    assert [errors[MAX_ERRORS:] for errors in told] == [[["new", 1]], [["new", 2]], []]
    assert ["old 03", 101] in told[1][:MAX_ERRORS]
    assert all(len({str(row) for row in errors}) == len(errors) for errors in told)


def test_the_error_of_a_worker_reads_as_it_was_written() -> None:
    """Workers send the `repr` of an exception to their master."""
    told = _run("""
texts = ["HTTPError('500 Server Error')", 'CatchResponseError("it\\'s gone")', "ValueError('line\\\\nbreak')",
         "ConnectionRefusedError(111, 'Connection refused')", "plain (text)", "Odd('\\\\x')"]
for text in texts: stats.log_error("GET", "/", text)
print(json.dumps([row[2] for row in sample()["new_errors"]]))
""")
    assert told == [
        "500 Server Error",
        "it's gone",
        "line\nbreak",
        "ConnectionRefusedError(111, 'Connection refused')",
        "plain (text)",
        "\\x",
    ]
