"""Places that need a look of their own: command lines, passphrases, keys that are secrets, XML by name, remarks."""

import json
from typing import Any, Final

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor

REDACTOR: Final = Redactor(RedactionConfig())
S: Final = "Zq7-n0tReal"
P: Final = "[REDACTED:password]"

MASKED: Final = [
    (f"run --password {S} --verbose", f"run --password {P} --verbose"),
    (f"run --db-password '{S} x' -v", f"run --db-password '{P}' -v"),
    (f"['tool', '--password', '{S}']", f"['tool', '--password', '{P}']"),
    (f"curl -sS -u bob:{S} https://x.test", f"curl -sS -u bob:{P} https://x.test"),
    (f"curl --user 'bob:{S}' https://x.test", f"curl --user 'bob:{P}' https://x.test"),
    (f'["curl", "-u", "bob:{S}"]', f'["curl","-u","bob:{P}"]'),
    (f"mysql -ubob -p{S} shop", f"mysql -ubob -p{P} shop"),
    (f"sshpass -p {S} ssh host", f"sshpass -p {P} ssh host"),
    (f"docker login -u bob -p {S} r.test", f"docker login -u bob -p {P} r.test"),
    (f"Connect-Db -Password {S} -User bob", f"Connect-Db -Password {P} -User bob"),
    ("password: correct horse battery staple", f"password: {P}"),
    ("login with password: correct horse battery staple for bob", f"login with password: {P} for bob"),
    ("mnemonic: abandon ability able about above absent", "mnemonic: [REDACTED:key]"),
    ("password: hunter was rejected", f"password: {P} was rejected"),
    (f"the password is {S}, sorry", f"the password is {P}, sorry"),
    (f"login with access token a1{S}B2c3D4 failed", "login with access token [REDACTED:token] failed"),
    (f'<field name="password">{S}</field>', f'<field name="password">{P}</field>'),
    (f'<p:property name="db.password"><value>{S}</value>', f'<p:property name="db.password"><value>{P}</value>'),
    (f"<name>password</name><value>{S}</value>", f"<name>password</name><value>{P}</value>"),
    (f"<key>apiKey</key>\n<string>{S}</string>", "<key>apiKey</key>\n<string>[REDACTED:key]</string>"),
    (f"<th>Password</th><td>{S}</td>", f"<th>Password</th><td>{P}</td>"),
    (f'<input value="{S}" name="password">', f'<input value="{P}" name="password">'),
    (f'[{{"value":"{S}","name":"password"', f'[{{"value":"{P}","name":"password"'),
    (
        f'{{"field":"password","message":"too short","value":"{S}',
        f'{{"field":"password","message":"too short","value":"{P}',
    ),
    (f'{{"a":1,"billing_phone":["+1 555 010 0199","{S}', f'{{"a":1,"billing_phone":["[REDACTED:phone]","{S}'),
    (f"form-data; name=password\r\n\r\n{S}\r\n--b", f"form-data; name=password\r\n\r\n{P}\r\n--b"),
    (
        f'form-data; name=\\"password\\"\\r\\n\\r\\n{S}\\r\\n--b',
        f'form-data; name=\\"password\\"\\r\\n\\r\\n{P}\\r\\n--b',
    ),
    (f"【密码】{S} 【编号】17", f"【密码】{P} 【编号】17"),
    ("call +1 (555) 010-0199 now", "call [REDACTED:phone] now"),
    ("/oauth/callback?code=n0tReal", "/oauth/callback?code=[REDACTED:code]"),
    ("bank account no=54919748;", "bank account no=[REDACTED:bank_account];"),
]  # fmt: skip - pairs side by side


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_p4_secret_is_masked_there_and_nothing_else_is(text: str, masked: str) -> None:
    assert REDACTOR.redact_text(text) == masked
    assert REDACTOR.redact_text(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "docker run -p 8080:80 nginx --max-retries 3",
        "curl -v -o out.json -u bob https://x.test",
        "pytest -k test_token --maxfail 3",
        "use --token-type bearer --verbose now",
        "the password is too short, the token is well-formed",
        "session 12345 has expired, token 3 of 17, key 42 not found",
        'Secret "payments-db" not found, Cookie "theme" has been rejected',
        '<label for="password">Password</label><input name="password" type="password"><span>Forgot?</span>',
        "<th>Password</th><th>Email</th>",
        "<td>password</td><td>required</td>",
        '{"key":"password","text":"Your password"}',
        '{"lastTokenRefresh":"2026-05-04T09:30:00Z","authorization_amount":"9.90","密码重置链接":"https://x.test/a"}',
        "tokenType=bearer\nsnowflake=1743863628566",
        "/stores?state=CA&code=E_12",
        "密码不能为空，姓名不能为空",  # noqa: RUF001 - as Chinese is written
    ],
)
def test_what_only_speaks_of_secrets_stays(text: str) -> None:
    assert REDACTOR.redact_text(text) == text


def test_p4_key_that_is_a_secret_is_masked_and_no_member_is_lost() -> None:
    tree: Any = {"ann@example.com": {"a": 1}, "bob@example.com": 2, "[REDACTED:email]": 3, "plain": 4}
    masked = REDACTOR.redact_value(tree)
    assert masked == {"[REDACTED:email] 2": {"a": 1}, "[REDACTED:email] 3": 2, "[REDACTED:email]": 3, "plain": 4}
    assert REDACTOR.redact_value(masked) == masked


def test_p4_literal_masked_by_its_key_is_masked_in_other_keys_too() -> None:
    masked = REDACTOR.redact_value({"password": S, "by": {S: 1, "x": 2}})
    assert masked == {"password": P, "by": {P: 1, "x": 2}}


def test_pairs_in_lists_are_judged_by_their_first() -> None:
    tree: Any = {"rows": [["cvv", "123"], ["owner", "bob"], ["password", S]], "names": ["password", "email"]}
    assert REDACTOR.redact_value(tree) == {
        "rows": [["cvv", "[REDACTED:card]"], ["owner", "bob"], ["password", P]],
        "names": ["password", "email"],
    }


def test_p4_labels_are_judged_by_their_names() -> None:
    part: dict[str, Any] = {"url": "", "name": "", "headers": {}, "body": None}
    draft = {
        "request": part,
        "response": None,
        "error": {"message": "", "traceback": None},
        "context": {},
        "run": {"labels": {"api_token": S, "team": "payments"}},
    }
    assert REDACTOR.redact_draft(draft)["run"]["labels"] == {"api_token": "[REDACTED:token]", "team": "payments"}


@pytest.mark.parametrize("kind", ["name", "birth_date", "address"])
def test_p4_full_personal_data_is_masked_wherever_it_is_echoed(kind: str) -> None:
    key, value = {
        "name": ("fullName", "Ann Notreal"),
        "birth_date": ("dob", "1947-06-16"),
        "address": ("home_address", "12 Notreal Road, Springfield"),
    }[kind]
    assert REDACTOR.redact_value({key: value, "note": f"rejected: {value}"}) == {
        key: f"[REDACTED:{kind}]",
        "note": f"rejected: [REDACTED:{kind}]",
    }
    assert json.dumps(REDACTOR.redact_value({"firstName": "May", "note": "in May"})).endswith('"in May"}')
