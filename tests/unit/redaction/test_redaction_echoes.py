"""P4: values that validators, parsers, databases and assertions repeat away from their names; SQL."""

from typing import Final

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from support.marked_texts import masked, plain

REDACTOR: Final = Redactor(RedactionConfig())

ECHOES: Final = [
    ("password", "Field error in object 'signUp' on field 'password': rejected value [⟦n0t-Real9⟧]; codes [Size]"),
    ("password", "on field 'user.newPassword': rejected value [⟦n0t, Real9⟧]; default message [size]"),
    (
        "password",
        "1 validation error for Login\npassword\n  String too short [type=short, input_value='⟦n0t-Real9⟧', x]",
    ),
    (
        "password",
        "2 validation errors\nname\n  Too long [input_value='Ann', x]\npassword\n  No [input_value='⟦n0tReal9⟧', x]",
    ),
    ("password", 'Variable "$password" got invalid value "⟦n0t-Real9⟧"; Expected type Int.'),
    ("password", r'{"message":"Variable \"$password\" got invalid value \"⟦n0t-Real9⟧\"; Expected Int."}'),
    ("token", "Key (api_token)=(⟦n0tReal9xyz⟧) already exists."),
    ("token", "Key (tenant, api_token)=(7, ⟦n0tReal9xyz⟧) already exists."),
    ("token", 'Key ("apiToken", tenant)=(⟦n0tReal9xyz⟧, 7) is still referenced from table "orders".'),
    ("token", "Duplicate entry '⟦n0tReal9xyz⟧' for key 'users.api_token'"),
    ("token", "assert '⟦n0tReal9⟧' == answer['access_token']"),
    ("password", 'AssertionError: assert "⟦n0t-Real9⟧" != body["user"]["password"]'),
    ("csrf", "CSRF mismatch: expected ⟦n0tReal9n0tReal9a⟧, got ⟦n0tReal9n0tReal9b⟧."),
    ("key", "Incorrect API key provided: ⟦n0tReal9x7⟧. You can find yours in the account."),
    ("token", "Invalid access token supplied: ⟦n0tReal9x7⟧"),
    ("password", "Invalid password for bob: ⟦n0tReal9x7⟧"),
    (
        "password",
        'Cannot deserialize Integer from String "⟦n0t-Real9⟧": no (through reference chain: a.Login["password"])',
    ),
    ("key", "Invalid value '⟦n0t-Real9⟧' for parameter 'api_key'"),
    ("secret", 'The property "client_secret" had value "⟦n0t-Real9⟧"'),
    ("password", "for property 'password'; nested exception: For input string: \"⟦n0t-Real9⟧\""),
    ("passport", "column 'passport_no': invalid input: '⟦N0T12345⟧'"),
]


@pytest.mark.parametrize(("kind", "text"), ECHOES)
def test_p4_value_is_masked_where_a_message_repeats_it(kind: str, text: str) -> None:
    result = REDACTOR.redact_text(plain(text))
    assert result == masked(kind, text)
    assert REDACTOR.redact_text(result) == result


@pytest.mark.parametrize(
    "text",
    [
        "Field error in object 'order' on field 'quantity': rejected value [-5]; codes [Min.order.quantity]",
        "1 validation error for Order\nquantity\n  Input should be greater [type=greater, input_value='-5', x]",
        'Variable "$first" got invalid value "ten"; Expected type Int.',
        "Key (tenant, order_id)=(7, 4711) already exists.",
        'Key (user_id)=(4711) is not present in table "users".',
        "Duplicate entry 'bob' for key 'users.username'",
        "assert 'shipped' == order['state']",
        "assert 503 == 200",
        "assert answer['token'] != ''",
        "ETag mismatch: expected 9f86d081884c7d659a2feaa0c55ad015, got 5d41402abc4b2a76b9719d911017c592",
        "Invalid value 'fast' for parameter 'shipping'",
        "expected token 'end of print statement', got 'integer'",
        'the field "password" must be a string, got "integer"',
        'column "token_count" has value "5"',
        "Invalid password for bob: expired",
        "No API key provided: please log in",
        "request id received: 0f8fad5b-d9cb-469f-a165-70867728950e",
        "Expected value: [1, 2, 3] for key 'sizes'",
        'No enum constant for value "EXPRESS"; path "shipping.method"',
    ],
)
def test_what_is_repeated_and_no_secret_stays(text: str) -> None:
    assert REDACTOR.redact_text(text) == text


SQL: Final = [
    ("password", "CREATE USER 'bob'@'localhost' IDENTIFIED BY '⟦n0t-Real9⟧'"),
    ("password", "ALTER USER bob IDENTIFIED WITH mysql_native_password BY '⟦n0t-Real9⟧'"),
    ("password", 'alter user bob identified by "⟦n0t-Real9⟧" account unlock'),
    ("password", "INSERT INTO users (id, name, password) VALUES (1, 'bob', '⟦n0t-Real9⟧')"),
    ("password", "INSERT INTO users (password, id) VALUES ('⟦n0t-Real9⟧', 1), ('⟦n0t-Real8⟧', 2)"),
    ("password", "insert into `users` (`id`, `password`)\n  values\n  (1, '⟦n0t-Real9⟧')"),
    ("password", 'INSERT INTO "users" ("id", "password") VALUES (1, \'⟦n0t\'\'Real9⟧\')'),
    ("password", "INSERT INTO [users] ([id], [password]) VALUES (1, N'⟦n0t-Real9⟧')"),
    ("password", "UPDATE users SET password = '⟦n0t-Real9⟧' WHERE id = 5"),
    ("token", "SELECT id FROM users WHERE api_token='⟦n0tReal9⟧' LIMIT 1"),
    ("token", "INSERT INTO sessions (created, token) VALUES (now(), '⟦n0tReal9⟧')"),
    ("password", "INSERT INTO users (name, password) VALUES (?, ?)]\n[parameters: ('bob', '⟦n0t-Real9⟧')]"),
]


@pytest.mark.parametrize(("kind", "text"), SQL)
def test_p4_values_of_statements_are_masked_by_their_columns(kind: str, text: str) -> None:
    result = REDACTOR.redact_text(plain(text))
    assert result == masked(kind, text)
    assert REDACTOR.redact_text(result) == result


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO users (id, password) VALUES (%s, %s)",
        "INSERT INTO users (id, password) VALUES (?, ?)",
        "INSERT INTO users (id, password) VALUES (:id, :password)",
        "INSERT INTO users (id, password) VALUES ($1, $2)",
        "INSERT INTO users (id, password) VALUES (1, NULL)",
        "INSERT INTO orders (id, state) VALUES (1, 'open'), (2, 'paid')",
        "INSERT INTO audits (token_count, note) VALUES (5, 'nightly')",
        "UPDATE users SET password = %s WHERE id = 5",
        "SELECT password, token FROM users WHERE id = 5",
        "the bottleneck was identified by the team",
        "column users.password does not exist",
    ],
)
def test_statements_without_secrets_stay(text: str) -> None:
    assert REDACTOR.redact_text(text) == text
