"""Loading: bad configuration stops the start with file, line, key, allowed values and a suggestion (P9)."""

import pickle
import traceback
from pathlib import Path

import pytest
from locust_failure_forwarder.config.alert_rules import DEFAULT_RULES
from locust_failure_forwarder.config.load import load_config
from locust_failure_forwarder.errors import ConfigError, Problem
from support.config_cases import VALID, ApiConfig, SampleConfig, load, load_error, only_problem, problems

TOKEN = "not-a-real-token"


def place(problem: Problem) -> tuple[int | None, int | None]:
    return problem.line, problem.column


def test_valid_file_becomes_a_config_of_the_given_model(tmp_path: Path) -> None:
    config = load(tmp_path, VALID)
    assert isinstance(config.destinations["api"], ApiConfig)
    assert config.rules == DEFAULT_RULES


def test_path_may_be_text_and_variables_reach_every_type(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("https://api.example.com\n")
    text = (
        VALID.replace("https://api.example.com", "${file:url}")
        + "    batch: {max_records: '${N}', max_bytes: '${B}'}\n"
    )
    (tmp_path / "c.yaml").write_text(text)
    config = load_config(str(tmp_path / "c.yaml"), SampleConfig, {"N": "7", "B": "2KiB"})
    destination = config.destinations["api"]
    assert isinstance(destination, ApiConfig)
    assert destination.url.get_secret_value() == "https://api.example.com"
    assert (destination.batch.max_records, destination.batch.max_bytes) == (7, 2048)


def test_labels_mean_what_was_written(tmp_path: Path) -> None:
    config = load(
        tmp_path, VALID + "run: {labels: {version: 1.10, build: 007, country: no, day: 2024-05-01, live: true}}\n"
    )
    assert config.run.labels == {
        "version": "1.10",
        "build": "007",
        "country": "no",
        "day": "2024-05-01",
        "live": "true",
    }


def test_missing_file_is_one_clear_problem_p9() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config("nope/config.yaml", SampleConfig, {})
    assert str(caught.value).splitlines()[:2] == [
        "nope/config.yaml: 1 problem in the configuration",
        "  nope/config.yaml: the file does not exist",
    ]


def test_syntax_error_is_one_problem_with_its_place_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, "version: 1\nrun: {name: x\n")
    assert place(problem) == (3, 1)
    assert problem.message == "this `{` mapping is not closed, or a comma is missing"


def test_unknown_key_is_shown_with_suggestion_and_allowed_keys_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "run:\n  enviroment: staging\n")
    assert problem == Problem(
        "unknown key", "run.enviroment", 7, 3, "Did you mean `environment`? Allowed here: name, environment, labels."
    )


def test_unknown_key_of_a_destination_has_no_tag_in_its_path_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "    api: 1\n")
    assert problem.key == "destinations.api.api"
    assert place(problem) == (6, 5)
    assert problem.hint == "Allowed here: send, batch, timeout, give_up_after, tls, type, url, login."


def test_misplaced_key_is_sent_home_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "    max_age: 1s\n")
    assert problem.hint.startswith("It belongs under `batch`.")


def test_wrong_type_says_what_is_expected_p9(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        VALID
        + """\
    send: alerts
    batch: 5
run: {name: 5, labels: [a]}
capture: {request_body: maybe}
alerts: {name: a}
""",
    )
    assert [(problem.key, problem.line, problem.message, problem.hint) for problem in found] == [
        ("destinations.api.send", 6, "expected a list", "Write it in brackets, for example [failures, alerts]."),
        ("destinations.api.batch", 7, "expected a mapping of keys", ""),
        ("run.name", 8, "expected text", "Put the value in quotes."),
        ("run.labels", 8, "expected a mapping of keys", "Write `name: value` for each entry, without the `-`."),
        ("capture.request_body", 9, "expected true or false", ""),
        ("alerts", 10, "expected a list", "Begin each entry with `- `."),
    ]


def test_wrong_value_of_a_list_has_index_and_suggestion_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "    send: [failures, alert]\n")
    assert problem == Problem(
        "expected one of: failures, alerts, summaries",
        "destinations.api.send[1]",
        6,
        22,
        "Did you mean `alerts`?",
    )


def test_wrong_type_of_destination_suggests_a_known_one_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID.replace("type: api", "type: apis"))
    assert problem == Problem("expected one of: api, chat", "destinations.api.type", 4, 5, "Did you mean `api`?")


def test_all_that_is_wrong_with_a_destination_whose_type_is_misspelled_is_told_p9(tmp_path: Path) -> None:
    text = VALID.replace("type: api", "type: Api").replace("https://", "") + "    timeout: soon\n    bach: {}\n"
    found = problems(tmp_path, text)
    assert [(problem.key, problem.line) for problem in found] == [
        ("destinations.api.type", 4),
        ("destinations.api.url", 5),
        ("destinations.api.timeout", 6),
        ("destinations.api.bach", 7),
    ]


def test_a_number_in_quotes_is_told_to_be_one_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID.replace("version: 1", "version: '1'"))
    assert (problem.key, problem.message, problem.hint) == ("version", "expected `1`", "Write it without quotes.")


def test_missing_type_names_the_misspelled_key_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID.replace("type:", "typ:"))
    assert (problem.key, *place(problem)) == ("destinations.api.type", 3, 3)
    assert problem.message == "required key is missing"
    assert problem.hint == "Is `typ` meant to be `type`? Allowed: api, chat."


def test_destination_that_is_no_mapping_is_told_how_it_begins(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, "version: 1\ndestinations: {api: https://api.example.com}\n")
    assert problem.message == "expected a mapping of keys"
    assert problem.hint == "It begins with `type`, one of: api, chat."


def test_missing_key_points_at_its_nearest_parent_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, "# a comment\nversion: 1\ndestinations:\n  api:\n    type: api\n")
    assert problem == Problem("required key is missing", "destinations.api.url", 4, 3, "Where to post.")


def test_missing_top_level_key_points_at_the_top(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, "# a comment\n" + VALID.replace("version: 1\n", ""))
    assert (problem.key, *place(problem)) == ("version", 2, 1)


def test_misspelled_required_key_is_not_also_called_missing(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID.replace("url:", "ulr:"))
    assert problem.key == "destinations.api.ulr"
    assert problem.hint.startswith("Did you mean `url`?")


def test_bad_url_is_told_by_its_validator_without_the_value_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID.replace("https://api.example.com", f"ftp://{TOKEN}"))
    assert problem == Problem("expected an address such as https://api.example.com", "destinations.api.url", 5, 5)


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("capture: {max_body_bytes: -1}", "capture.max_body_bytes", "must not be negative; expected a size such as"),
        ("capture: {max_body_bytes: 0}", "capture.max_body_bytes", "must be greater than 0"),
        ("log: {max_size: -1MiB}", "log.max_size", "must not be negative; expected a size such as 512KiB, 1MiB"),
        ("log: {max_size: 1XB}", "log.max_size", "expected a size such as 512KiB, 1MiB or a number of bytes"),
        ("log: {directory: ''}", "log.directory", "must not be empty"),
        ("flush: {deadline: -1s}", "flush.deadline", "must not be negative; expected a duration such as"),
        ("flush: {deadline: soon}", "flush.deadline", "expected a duration such as 500ms, 10s, 5m or 7d"),
        ("alerts: [{name: a, above: 120%}]", "alerts[0].above", "expected a share such as 5% or 0.05"),
        ("alerts: [{name: a, min_requests: 0}]", "alerts[0].min_requests", "must be at least 1"),
        ("alerts: [{name: a, min_requests: 1.5}]", "alerts[0].min_requests", "expected a whole number"),
        ("alerts: [{name: a b}]", "alerts[0].name", "expected a name of letters, digits, `_`, `.` and `-`"),
        ("alerts: [{}]", "alerts[0].name", "required key is missing"),
        ("version: 2", "version", "expected `1`"),
        ("capture: {max_body_bytes: 257KiB}", "capture.max_body_bytes", "must be at most 256KiB"),
        ("log: {max_size: 1023KiB}", "log.max_size", "must be at least 1MiB"),
        (
            "alerts: [{name: a, false_alarm_every: 59m}]",
            "alerts[0].false_alarm_every",
            "must be at least 1h",
        ),
        ("alerts: [{name: a, when: spike, factor: 1001}]", "alerts[0].factor", "must be at most 1000"),
        ("    batch: {max_records: 10001}", "destinations.api.batch.max_records", "must be at most 10000"),
    ],
)
def test_value_out_of_bounds_says_what_is_allowed_p9(tmp_path: Path, text: str, key: str, message: str) -> None:
    head = VALID.replace("version: 1\n", "" if text.startswith("version") else "version: 1\n")
    problem = only_problem(tmp_path, head + text)
    assert problem.key == key
    assert problem.message.startswith(message)
    assert "expected" in message or problem.message == message, "nothing behind the bound"
    assert problem.line == head.count("\n") + 1


@pytest.mark.parametrize(("text", "line"), [("version: 1\ndestinations: {}\n", 2), ("version: 1\ndestinations:\n", 2)])
def test_no_destination_is_refused(tmp_path: Path, text: str, line: int) -> None:
    problem = only_problem(tmp_path, text)
    assert (problem.key, problem.line) == ("destinations", line)


def test_key_without_a_value_says_so(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "capture:\n  # request_body: false\n")
    assert problem.message == "no value is given; expected a mapping of keys"
    assert problem.hint == "Remove the key to use its default."


def test_bad_name_of_a_destination_points_at_its_key(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID.replace("  api:", "  '-api':"))
    assert (problem.key, *place(problem)) == ("destinations.-api", 3, 3)
    assert problem.message.startswith("this key: expected a name of letters, digits")


def test_key_that_swallowed_its_value_is_cut_p9(tmp_path: Path) -> None:
    error = load_error(tmp_path, VALID + f"    login: {{token:{TOKEN}}}\n")
    assert "destinations.api.login.token…" in str(error)
    assert TOKEN not in str(error)


def test_duplicate_destination_names_both_lines_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "  api:\n    type: chat\n    room: x\n")
    assert (problem.key, *place(problem)) == ("destinations.api", 6, 3)
    assert problem.message == "duplicate key, first written in line 3"


def test_error_is_chained_to_nothing_that_quotes_values_p9(tmp_path: Path) -> None:
    error = load_error(tmp_path, VALID + f"flush: {{deadline: {TOKEN}}}\n")
    assert error.__context__ is None
    assert error.__cause__ is None
    assert TOKEN not in "".join(traceback.format_exception(error))


def test_error_survives_pickling(tmp_path: Path) -> None:
    error = load_error(tmp_path, VALID + "flush: {deadline: soon}\n")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301  # made one line above
