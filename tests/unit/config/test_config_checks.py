"""Rules between keys, told with their place (P9)."""

from pathlib import Path

import pytest
from locust_failure_forwarder.config.patterns import pattern_fault
from locust_failure_forwarder.destinations import load_settings
from locust_failure_forwarder.errors import ConfigError, Problem
from support.config_cases import VALID, load, only_problem, problems

CHAT = "version: 1\ndestinations:\n  chat: {type: chat, room: x}\n"  # takes alerts only, by default


def test_two_rules_of_one_name_are_refused_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "alerts:\n  - name: a\n  - name: b\n  - name: a\n")
    assert problem == Problem(
        "another rule has this name: alerts[0]", "alerts[2].name", 9, 5, "Names tell the alerts apart; choose another."
    )


def test_destination_that_gets_nothing_is_refused_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, CHAT + "alerts: []\n")
    assert (problem.key, problem.line, problem.column) == ("destinations.chat.send", 3, 3)
    assert problem.message.startswith("this destination gets nothing: it takes alerts only")
    assert problem.hint.startswith("Add a rule to `alerts`, remove `alerts` to use the default rule")


def test_destination_that_gets_nothing_points_at_its_send(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "    send: [alerts]\nalerts: []\n")
    assert (problem.line, problem.column) == (6, 5)


def test_empty_send_is_refused_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "    send: []\n")
    assert (problem.key, problem.message, problem.line) == ("destinations.api.send", "must not be empty", 6)
    assert problem.hint == "Allowed: failures, alerts, summaries."


@pytest.mark.parametrize("text", [CHAT, VALID + "alerts: []\n", VALID + "    send: [alerts]\n"])
def test_destination_that_gets_something_is_accepted(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).destinations


def test_alerts_that_nobody_receives_are_refused_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "    send: [failures]\nalerts: [{name: a}, {name: b}]\n")
    assert problem == Problem(
        "no destination receives these alerts",
        "alerts",
        7,
        1,
        "Add `alerts` to the `send` of a destination, or remove the rules.",
    )


def test_alerts_that_one_destination_receives_by_default_are_accepted(tmp_path: Path) -> None:
    text = VALID + "    send: [failures]\n  chat: {type: chat, room: x}\nalerts: [{name: a}]\n"
    assert load(tmp_path, text).rules


def test_receivers_are_found_although_their_destination_has_other_problems(tmp_path: Path) -> None:
    found = problems(tmp_path, CHAT.replace("room: x", "room: '${ROOM}'") + "alerts: []\n")
    assert [problem.key for problem in found] == ["destinations.chat.send", "destinations.chat.room"]


def test_receivers_that_cannot_be_told_make_no_claim(tmp_path: Path) -> None:
    text = VALID + "    send: [failures]\n  chat: {type: chatt, room: x}\nalerts: [{name: a}]\n"
    assert [problem.key for problem in problems(tmp_path, text)] == ["destinations.chat.type"]


def test_kind_listed_twice_is_refused_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "    send: [alerts, failures, alerts]\n")
    assert problem == Problem("listed twice", "destinations.api.send[2]", 6, 30, "Remove one of the two.")


def test_resolve_below_above_the_limit_is_refused_p9(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "alerts:\n  - {name: a, above: 5%, resolve_below: 6%}\n")
    assert (problem.key, problem.line, problem.column) == ("alerts[0].resolve_below", 7, 26)
    assert problem.message == "must not be greater than `above`"


def test_resolve_below_above_the_default_limit_names_the_default(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "alerts: [{name: a, resolve_below: 6%}]\n")
    assert problem.message == "must not be greater than `above`, which is 5% by default"


def test_resolve_below_at_the_limit_is_accepted(tmp_path: Path) -> None:
    assert load(tmp_path, VALID + "alerts: [{name: a, above: 5%, resolve_below: 5%}]\n").rules


def test_rule_that_can_never_fire_is_refused(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "alerts: [{name: a, above: 100%}]\n")
    assert problem.message == "no share is above 100%, so this rule can never fire"


def test_pattern_that_re2_refuses_has_its_line_p9(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = VALID + "redaction:\n  patterns:\n    - 'fine-\\d+'\n    - '(?<=notarealtoken)x'\n"
    problem = only_problem(tmp_path, text)
    assert (problem.key, problem.line, problem.column) == ("redaction.patterns[1]", 9, 7)
    assert problem.message == "not a pattern of RE2: a group that RE2 does not have, such as look-ahead or look-behind"
    assert capfd.readouterr() == ("", "")  # RE2 prints the pattern unless told not to


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(notreal", "a `(` is not closed"),
        ("notreal)", "a `)` without its `(`"),
        ("[notreal", "a `[` is not closed"),
        ("*notreal", "nothing stands before a `*`, `+`, `?` or `{`"),
        ("notreal**", "two repetition operators in a row"),
        ("notreal{2000}", "a repetition count that is too large, or no range"),
        ("(?=notreal)", "a group that RE2 does not have, such as look-ahead or look-behind"),
        ("(notreal)\\1", "an escape that RE2 does not have, such as a back reference"),
        ("notreal[z-a]", "a range in `[…]` that does not exist"),
        ("(?P<notreal", "a named group that is not well-formed"),
        ("notreal\\", "a backslash at the end"),
        ("((((notreal{100}){100}){100}){100})", "a repetition count that is too large, or no range"),
        ("(notreal[^a]{900}[^b]{900}[^c]{900}[^d]{900}|x\\pL{1000}\\pL{1000}\\pL{1000})", "it is too large"),
    ],
)
def test_every_fault_of_a_pattern_is_told_in_words_of_ours(pattern: str, words: str) -> None:
    fault = pattern_fault(pattern)
    assert fault is not None
    assert fault.message == f"not a pattern of RE2: {words}"
    assert "notreal" not in fault.hint


@pytest.mark.parametrize("pattern", ["a*", "", "x?", "^", "a|"])
def test_pattern_that_matches_everywhere_is_refused(pattern: str) -> None:
    fault = pattern_fault(pattern)
    assert fault is not None
    assert fault.message == "this pattern matches the empty text, so it would match everywhere"


@pytest.mark.parametrize("pattern", ["a+", r"\bcard-\d{4}\b", "(?i)key", "密码"])
def test_good_pattern_has_no_fault(pattern: str) -> None:
    assert pattern_fault(pattern) is None


def test_name_both_masked_and_kept_is_refused(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, VALID + "redaction: {keys: [api-key], keep: [author, ApiKey]}\n")
    assert problem.key == "redaction.keep[1]"
    assert problem.message == "this name is in `redaction.keys` too"


def test_name_without_letters_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, VALID + "redaction: {keys: ['', ssn], keep: ['--']}\n")
    assert [problem.key for problem in found] == ["redaction.keys[0]", "redaction.keep[0]"]
    assert {problem.message for problem in found} == {"expected a name with a letter or digit"}


def test_a_list_whose_entries_are_all_refused_is_not_also_called_empty(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("version: 1\ndestinations: {m: {type: http, url: 'https://m.test/', send: [failure]}}\n")
    with pytest.raises(ConfigError) as refused:
        load_settings(path, {})
    assert [problem.key for problem in refused.value.problems] == ["destinations.m.send[0]"]


def test_pattern_with_a_kind_is_checked_as_a_plain_one_is(tmp_path: Path) -> None:
    text = VALID + "redaction:\n  patterns:\n    - kind: loyalty\n      re2: '(notreal'\n"
    problem = only_problem(tmp_path, text)
    assert (problem.key, problem.line) == ("redaction.patterns[0].re2", 9)
    assert problem.message == "not a pattern of RE2: a `(` is not closed"


@pytest.mark.parametrize(
    ("section", "key", "words"),
    [
        ("{mode: hide}", "redaction.mode", "expected one of: mask, hash, drop"),
        ("{modes: {emial: hash}}", "redaction.modes.emial", "no such kind"),
        ("{modes: {email: hush}}", "redaction.modes.email", "expected one of: mask, hash, drop"),
        ("{off: [password]}", "redaction.off[0]", "these are credentials"),
        ("{off: [passwords]}", "redaction.off[0]", "these are credentials"),
        ("{i_accept_leaking_credentials: [emails]}", "redaction.i_accept_leaking_credentials[0]", "personal data"),
        ("{off: [emial]}", "redaction.off[0]", "Did you mean `email`?"),
        ("{off: [email], modes: {email: hash}}", "redaction.modes.email", "never masked: `off` has it"),
        ("{personal: false, modes: {email: hash}}", "redaction.modes.email", "never masked: `personal` is false"),
        (
            "{i_accept_leaking_credentials: [otp], modes: {otp: drop}}",
            "redaction.modes.otp",
            "never masked: `i_accept_leaking_credentials` has it",
        ),
        ("{hash_key: tooshort}", "redaction.hash_key", "expected at least 16 characters"),
        ("{personal: false, off: [email]}", "redaction.off", "`personal` is false"),
        ("{i_accept_leaking_credentials: [email]}", "redaction.i_accept_leaking_credentials[0]", "personal data"),
        ("{i_accept_leaking_credentials: [custom]}", "redaction.i_accept_leaking_credentials[0]", "expected one of"),
        ("{patterns: [{kind: unredactable, re2: x}]}", "redaction.patterns[0].kind", "a meaning of its own"),
        ("{patterns: [{kind: Loyalty, re2: x}]}", "redaction.patterns[0].kind", "expected small letters and `_`"),
        ("{patterns: [{kind: loyalty}]}", "redaction.patterns[0].re2", "required key is missing"),
        ("{patterns: [{regex: x}]}", "redaction.patterns[0].regex", "unknown key"),
    ],
)
def test_setting_of_redaction_that_cannot_be_meant_is_refused(
    tmp_path: Path, section: str, key: str, words: str
) -> None:
    found = problems(tmp_path, VALID + f"redaction: {section}\n")
    assert key in [problem.key for problem in found]
    assert any(words in f"{problem.message} {problem.hint}" for problem in found if problem.key == key)


def test_kinds_of_own_patterns_may_have_modes(tmp_path: Path) -> None:
    text = (
        VALID + "redaction: {patterns: [{kind: loyalty, re2: 'LC\\d+'}, 'x1'], modes: {loyalty: drop, custom: hash}}\n"
    )
    redaction = load(tmp_path, text).redaction
    assert [(pattern.kind, pattern.re2) for pattern in redaction.patterns] == [("loyalty", "LC\\d+"), ("custom", "x1")]
    assert redaction.modes == {"loyalty": "drop", "custom": "hash"}


@pytest.mark.parametrize("rule", ["request.bdy.a", "request.body.", "context.", "run.label.team", "response.x"])
def test_p9_a_misspelt_place_to_keep_is_told_with_the_places_there_are(tmp_path: Path, rule: str) -> None:
    problem = only_problem(tmp_path, f"{VALID}redaction: {{keep: [author_token_count, {rule}]}}\n")
    assert problem.key == "redaction.keep[1]"
    assert "request.body" in (problem.hint or "")


@pytest.mark.parametrize(
    "rule", ["request.body.a.*.b", "context.a", "run.labels.team", "request.headers.x.y", "a.token"]
)
def test_places_and_names_to_keep_are_fine(tmp_path: Path, rule: str) -> None:
    load(tmp_path, f"{VALID}redaction: {{keep: [{rule}]}}\n")
