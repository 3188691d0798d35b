"""P4: columns of tables in text are judged by the names in their first row: CSV, Markdown, what databases print."""

from typing import Final

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from support.marked_texts import masked, plain

REDACTOR: Final = Redactor(RedactionConfig())

TABLES: Final = [
    ("password", "id,user,password\n1,bob,⟦n0tReal9⟧\n2,ann,⟦n0tReal8⟧\n"),
    ("password", "password,user\n⟦n0tReal9⟧,bob"),
    ("password", "id,password,user\r\n1,⟦n0tReal9⟧,bob\r\n2,⟦n0tReal8⟧,ann\r\n"),
    ("password", '"id","password","user"\n"1","⟦n0tReal9⟧","bob"\n'),
    ("password", "id;password;user\n1;⟦n0t,Real9⟧;bob\n"),
    ("token", "id\taccess token\tuser\n1\t⟦n0tReal9⟧\tbob\n"),
    ("token", "import failed:\nid,access_token\n1,⟦n0tReal9⟧\nsee the manual"),
    ("password", "| user | password |\n|---|---|\n| bob | ⟦n0tReal9⟧ |\n| ann | ⟦n0t Real8⟧ |"),
    ("password", "| field | value |\n|---|---|\n| user | bob |\n| password | ⟦n0tReal9⟧ |"),
    (
        "password",
        " id | user | password \n----+------+----------\n  1 | bob  | ⟦n0tReal9⟧\n  2 | ann  | ⟦n0tReal8⟧\n(2 rows)",
    ),
    ("password", "| field | value |\n|---|---|\n| password | ⟦n0tReal9⟧ |\n| user | bob |\n"),
    ("password", "+----+----------+\n| id | password |\n+----+----------+\n|  1 | ⟦n0tReal9⟧ |\n+----+----------+"),
    ("birth_date", "id,date of birth,state\n1,⟦1947-06-16⟧,active\n"),
    ("phone", "id,phone,state\n1,⟦555 010 0199⟧,active\n"),
    ("password", "编号,密码,状态\n1,⟦n0tReal9⟧,正常\n"),
    ("password", 'id,password,user\n1,"⟦n0t,Real9⟧",bob\n'),
    ("password", "user,password\nbob,⟦n0tReal9⟧\nann,\ntom,⟦n0tReal7⟧\n"),
]


@pytest.mark.parametrize(("kind", "text"), TABLES)
def test_p4_cells_below_a_sensitive_name_are_masked_and_no_others(kind: str, text: str) -> None:
    result = REDACTOR.redact_text(plain(text))
    assert result == masked(kind, text)
    assert REDACTOR.redact_text(result) == result


def test_p4_two_columns_are_masked_each_by_its_own_kind() -> None:
    text = "id,password,date of birth\n1,n0tReal9,1947-06-16\n2,n0tReal8,1947-06-17\n"
    row = "[REDACTED:password],[REDACTED:birth_date]"
    assert REDACTOR.redact_text(text) == f"id,password,date of birth\n1,{row}\n2,{row}\n"


def test_p4_tables_within_json_are_read() -> None:
    tree = REDACTOR.redact_value({"export": "id,password\n1,n0tReal9\n", "rows": 1})
    assert tree == {"export": "id,password\n1,[REDACTED:password]\n", "rows": 1}


@pytest.mark.parametrize(
    "text",
    [
        "id,user,state\n1,bob,active\n",
        "id,password_policy,region\n1,strong,eu\n",
        "id,token_count\n1,5\n2,7\n",
        "id,password,user\n",
        "id,password,user\n1,,bob\n2,null,ann\n",
        "| user | token type |\n|---|---|\n| bob | bearer |",
        "| field | remark |\n|---|---|\n| password | must be at least 8 characters |\n| user | unknown |",
        "| field | required |\n|---|---|\n| password | yes |",
        "| Password | Email |\n|---|---|",
        "missing: user, password\nsee the manual, or ask",
        "Fields user, password and token\nare required, all three of them",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "session, cookie\nand token, if any",
    ],
)
def test_tables_without_secrets_and_lists_of_names_stay(text: str) -> None:
    assert REDACTOR.redact_text(text) == text
