"""P4: under a sensitive name, remarks, placeholders and source code stay; what only resembles them goes. Cut values."""

import json
from typing import Final

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from support.marked_texts import masked, plain

REDACTOR: Final = Redactor(RedactionConfig())

REMARKS: Final = """
is required
must be at least 8 characters
should contain a digit and a symbol
is too short (minimum is 12 characters)
This field is required.
this field may not be blank
has expired
expected string, got null
Expected a string value but found a number
cannot be empty
null
None
undefined
invalid
******
...
不能为空
不正确
长度至少8位
必须包含数字
格式错误
请输入密码
""".strip().splitlines()

PLACEHOLDERS: Final = """
$1
?
%s
%(password)s
:password
@p1
${DB_PASSWORD}
$DB_PASSWORD
$(DB_PASSWORD)
%DB_PASSWORD%
{{ password }}
{{password}}
{password}
{{ vault.password }}
<your password>
<password>
""".strip().splitlines()


CHINESE: Final = "两次输入不一致"


@pytest.mark.parametrize("value", [*REMARKS, *PLACEHOLDERS, "Passwords do not match", CHINESE])
def test_remark_or_placeholder_stays_as_a_member(value: str) -> None:
    assert REDACTOR.redact_value({"password": value}) == {"password": value}
    text = json.dumps({"password": value, "a": 1}, ensure_ascii=False)
    assert REDACTOR.redact_text(text) == text


PLURAL: Final = "Passwords do not match"


@pytest.mark.parametrize("value", [*REMARKS, CHINESE, PLURAL])
def test_remark_stays_behind_a_name_in_text(value: str) -> None:
    text = f"password: {value}"
    assert REDACTOR.redact_text(text) == text


@pytest.mark.parametrize(
    "value",
    [
        "required-n0tReal9",
        "is1t-n0tReal",
        "$n0tReal9x",
        "$2n0tReal",
        "?n0tReal9",
        ":n0tReal9",
        "%n0t%Real9",
        "@n0tReal9",
        "{n0tReal9}",
        "<n0tReal9>",
        "{{n0tReal9",
        "settings.n0tReal9",
        "must-n0t-be-Real9",
        "null-n0tReal9",
        "***n0tReal9***",
        "invalid1",
        "n0t real but is it so",
    ],
)
def test_p4_value_that_resembles_a_remark_or_placeholder_goes(value: str) -> None:
    assert REDACTOR.redact_value({"password": value}) == {"password": "[REDACTED:password]"}


ECHOES: Final = [
    ("password", '"⟦n0t-Real9⟧" is not a valid choice.'),
    ("password", "'⟦n0t-Real9⟧' is too short"),
    ("password", "The value '⟦n0t-Real9⟧' must contain a symbol"),
    ("token", "Invalid token '⟦n0t-Real9⟧'"),
    ("token", "invalid value: “⟦n0t-Real9⟧” is not valid"),
    ("phone", "'⟦+1 555 010⟧' is not a valid number"),
    ("email", "'⟦ann@example.test⟧' is not an address"),
]


@pytest.mark.parametrize(("kind", "remark"), ECHOES)
def test_p4_value_that_a_remark_repeats_goes_and_the_remark_stays(kind: str, remark: str) -> None:
    assert REDACTOR.redact_value({kind: plain(remark)}) == {kind: masked(kind, remark)}
    assert REDACTOR.redact_value({kind: [plain(remark)]}) == {kind: [masked(kind, remark)]}


@pytest.mark.parametrize(
    "remark",
    [
        "'password' is required",
        "'new_password' must not equal 'old_password'",
        '"token" is not allowed to be empty',
        "Unexpected token '<' at position 0",
    ],
)
def test_name_of_a_field_that_a_remark_repeats_stays(remark: str) -> None:
    assert REDACTOR.redact_value({"password": remark}) == {"password": remark}


CUT: Final = [
    ("password", '{"a":1,"password":"⟦n0tR⟧'),
    ("password", '{"a":1,"password":"⟦n0tR⟧…'),
    ("password", '{"a":1,"password":"⟦n0tR⟧...'),
    ("password", '{"a":1,"password":"⟦n0tR⟧[truncated]'),
    ("password", '{"a":1,"password":"⟦n0tR⟧...(truncated)'),
    ("password", '{"a":1,"password":"⟦n0tR⟧<truncated>'),
    ("email", '{"a":1,"email":"⟦ann.notr⟧'),
    ("email", '{"a":1,"email":"⟦annnotr⟧[truncated]'),
    ("email", "email=⟦ann.notr⟧"),
    ("phone", '{"a":1,"phone":"⟦+1 55⟧'),
    ("phone", "phone=⟦+1 55⟧"),
    ("card", '{"a":1,"card_number":"⟦41⟧'),
    ("national_id", '{"a":1,"ssn":"⟦078⟧…'),
    ("otp", '{"a":1,"otp":"⟦48⟧'),
    ("authorization", "GET / HTTP/1.1\r\nAuthorization: Bearer ⟦n0tR⟧"),
    ("private_key", "⟦-----BEGIN PRIVATE KEY-----\nbjB0UmVhbA⟧"),
]


@pytest.mark.parametrize(("kind", "text"), CUT)
def test_p4_first_part_of_a_value_that_was_cut_goes(kind: str, text: str) -> None:
    result = REDACTOR.redact_text(plain(text))
    assert result == masked(kind, text)
    assert REDACTOR.redact_text(result) == result


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"email":"',
        '{"a":1,"email":"none","b":"',
        '{"a":1,"phone":"n/a"}',
        '{"a":1,"otp":"on","b":"x',
        '{"a":1,"password":null,"b":"x…',
        "email=none",
        "email: unknown",
        "phone: ask the office",
        "password…",
    ],
)
def test_what_was_cut_and_no_secret_stays(text: str) -> None:
    assert REDACTOR.redact_text(text) == text
