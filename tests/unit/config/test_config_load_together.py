"""Problems of one file together: all are told at once, in order, and none that is only another's consequence (P9)."""

from pathlib import Path

from support.config_cases import VALID, load_error, problems


def test_missing_variable_comes_with_other_problems_and_without_its_consequences_p9(tmp_path: Path) -> None:
    text = VALID.replace("https://api.example.com", "${API_URL}") + "run: {nam: x}\n"
    first, second = problems(tmp_path, text)
    assert first.key == "destinations.api.url"
    assert (first.line, first.column) == (5, 5)
    assert first.message == "environment variable `API_URL` is not set"
    assert second.key == "run.nam"


def test_missing_variable_as_type_hides_no_other_destination(tmp_path: Path) -> None:
    text = VALID.replace("type: api", "type: ${TYPE}") + "  chat: {type: chat}\n"
    assert [problem.key for problem in problems(tmp_path, text)] == ["destinations.api.type", "destinations.chat.room"]


def test_missing_variable_hides_no_unknown_key(tmp_path: Path) -> None:
    found = problems(tmp_path, VALID + "run: {nam: '${NAME_OF_RUN}'}\n")
    assert [(problem.key, problem.message) for problem in found] == [
        ("run.nam", "environment variable `NAME_OF_RUN` is not set"),
        ("run.nam", "unknown key"),
    ]


def test_missing_variables_make_no_false_duplicates(tmp_path: Path) -> None:
    found = problems(tmp_path, VALID + "alerts: [{name: '${A}'}, {name: '${B}'}]\n")
    assert [problem.message for problem in found] == [f"environment variable `{name}` is not set" for name in "AB"]


def test_all_problems_are_told_at_once_in_the_order_of_the_file_p9(tmp_path: Path) -> None:
    text = """\
        version: 1
        run: {enviroment: staging}
        capture: {max_body_bytes: -5KiB}
        redaction: {patterns: ['a(b']}
        destinations:
          api:
            type: api
            url: ftp://api.example.com
            send: [failures, failures]
            login: {token: "${API_TOKEN}"}
          chat: {type: chatt, room: x}
          api: {type: api}
        alerts:
          - {name: spike, above: 5%, resolve_below: 9%}
          - {name: spike, over: long}
        flush: {deadline: "${DEADLINE}"}
        """
    error = load_error(tmp_path, text)
    source = str(tmp_path / "config.yaml")
    assert [(problem.line, problem.key) for problem in error.problems] == [
        (2, "run.enviroment"),
        (3, "capture.max_body_bytes"),
        (4, "redaction.patterns[0]"),
        (8, "destinations.api.url"),
        (9, "destinations.api.send[1]"),
        (10, "destinations.api.login.token"),
        (11, "destinations.chat.type"),
        (12, "destinations.api"),
        (14, "alerts[0].resolve_below"),
        (15, "alerts[1].name"),
        (15, "alerts[1].over"),
        (16, "flush.deadline"),
    ]
    lines = str(error).splitlines()
    assert lines[0] == f"{source}: 12 problems in the configuration"
    assert f"  {source}:4:24: redaction.patterns[0]: not a pattern of RE2: a `(` is not closed" in lines
