"""P4: names beside values, in JSON and in texts like it: pairs, raw headers, dumps of PHP; what names of keys tell."""

import json
from typing import Any, Final

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from support.marked_texts import masked, plain

REDACTOR: Final = Redactor(RedactionConfig())
S: Final = "n0tReal9x7"
LONG: Final = "n0tReal9n0tReal9"

TREES: Final[list[tuple[str, Any]]] = [
    ("key", {"rawHeaders": ["Host", "x.test", "X-Api-Key", S, "Accept", "*/*"]}),
    ("key", {"headers": [["X-Api-Key", S], ["Accept", "*/*"]]}),
    ("key", {"header": ["X-Api-Key", S]}),
    ("cookie", {"rawHeaders": ["Host", "x.test", "X-Real-Ip", "127.0.0.1", "Cookie", f"a={S}"]}),
    ("password", {"name": "password", "value": S}),
    ("password", {"value": S, "field": "user.password", "message": "too short"}),
    ("key", {"label": "API key", "value": S}),
    ("password", {"setting": "db.password", "val": S, "id": 3}),
    ("password", {"loc": ["body", "password"], "msg": "too short", "input": S}),
    ("password", {"instancePath": "/user/password", "keyword": "minLength", "data": S}),
    ("password", {"parameters": [{"Name": "password", "Value": S}, {"Name": "region", "Value": "eu"}]}),
    ("token", {"tokens": {"first": S, "second": S}}),
    ("token", {"tokens": [S, S]}),
]


def _swap(tree: Any, kind: str) -> Any:
    """The same tree with the mask in place of the secret."""
    return json.loads(json.dumps(tree).replace(S, f"[REDACTED:{kind}]"))


@pytest.mark.parametrize(("kind", "tree"), TREES)
def test_p4_value_beside_its_name_goes_and_the_rest_stays(kind: str, tree: Any) -> None:
    assert REDACTOR.redact_value(tree) == _swap(tree, kind)


@pytest.mark.parametrize(
    "tree",
    [
        {"code": LONG, "state": "n0tReal8n0tReal8"},
        {"code": LONG, "redirect_uri": "https://x.test/cb"},
        {"code": "n0tReal9", "grant_type": "authorization_code", "client_id": "shop"},
    ],
)
def test_p4_code_of_oauth_goes_for_its_siblings_or_its_looks(tree: dict[str, str]) -> None:
    masked_tree: Any = REDACTOR.redact_value({**tree})
    assert masked_tree["code"] == "[REDACTED:code]"
    assert masked_tree.keys() == tree.keys()


@pytest.mark.parametrize(
    "tree",
    [
        {"code": "E_TIMEOUT", "state": "open"},
        {"code": 404, "state": "CA"},
        {"code": "SKU-4711", "name": "Shoes"},
        {"fields": ["password", "email"]},
        {"required": ["password", "username"]},
        {"required": ["newPassword", "userName"]},
        {"columns": ["id", "password", "email", "phone"]},
        {"expose": ["X-Api-Key", "X-Request-Id"]},
        {"expose": ["X-Api-Key", "X-Request-Id", "X-Trace-Id", "Accept"]},
        {"vary": ["Accept", "Authorization", "Cookie"]},
        {"name": "password", "value": None},
        {"name": "password", "value": "required"},
        {"name": "password_policy", "value": "strong"},
        {"name": "region", "value": "eu-west-1"},
        {"label": "Author", "value": "Ann"},
        {"loc": ["body", "quantity"], "msg": "too small", "input": "-5"},
        {"rawHeaders": ["Host", "x.test", "X-Request-Id", "4711", "Accept", "*/*"]},
        {"headers": [["Accept", "*/*"], ["X-Request-Id", "4711"]]},
        {"pairs": ["red-green", "blue", "one-two", "three"]},
        {"tokens": 5, "token": {"type": "bearer", "expires_in": 3600}},
        {"session": {"status": "expired", "user": "bob"}},
    ],
)
def test_trees_without_secrets_come_out_equal(tree: Any) -> None:
    assert REDACTOR.redact_value(tree) == tree


TEXTS: Final = [
    ("password", 's:8:"password";s:8:"⟦n0tReal9⟧";s:4:"user";s:3:"bob";'),
    ("token", 'a:1:{s:5:"token";s:8:"⟦n0tReal9⟧";}'),
    ("key", "(b'x-api-key', b'⟦n0tReal9⟧')"),
    ("key", "[(b'host', b'x.test'), (b'x-api-key', b'⟦n0tReal9⟧'), (b'accept', b'*/*')]"),
    ("authorization", "[(b'authorization', b'Bearer ⟦n0tReal9⟧')]"),
    ("password", '["password", "⟦n0tReal9⟧"], ["user", "bob"'),
    ("pin", '[{"name":"pin","value":⟦4711⟧},{"name":"x"'),
    ("otp", '[{"name":"otp","value": ⟦482913⟧},{"name":"x"'),
    ("password", '[{"name":"password","type":"text","value":"⟦n0tReal9⟧"},{"name":"x"'),
    ("password", 'array(1) { ["password"]=> string(8) "⟦n0tReal9⟧" }'),
    ("password", "Array\n(\n    [password] => ⟦n0tReal9⟧\n    [user] => bob\n)"),
]


@pytest.mark.parametrize(("kind", "text"), TEXTS)
def test_p4_value_beside_its_name_in_text_goes(kind: str, text: str) -> None:
    result = REDACTOR.redact_text(plain(text))
    assert result == masked(kind, text)
    assert REDACTOR.redact_text(result) == result


@pytest.mark.parametrize(
    "text",
    [
        "('password', 'email')",
        "('password', 'token', 'email')",
        "(b'accept', b'*/*')",
        's:5:"state";s:4:"open";',
        's:8:"password";N;s:4:"user";s:3:"bob";',
        '[{"name":"quantity","value":4711},{"name":"x"',
        '[{"name":"token_count","value":4711},{"name":"x"',
        "Array\n(\n    [password_policy] => strong\n    [user] => bob\n)",
    ],
)
def test_lists_and_dumps_without_secrets_stay(text: str) -> None:
    assert REDACTOR.redact_text(text) == text


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("password", "口令 登录密码 旧密碼 dbPassword userpass"),
        ("key", "密鑰 私钥 X-Functions-Key x-rapidapi-key secretAccessKey"),
        ("token", "访问令牌 權杖 useraccesstoken"),
        ("code", "授权码 code_verifier"),
        ("credentials", "访问凭证 登入憑證"),
        ("otp", "簡訊碼 smsCode 驗證碼"),
        ("session", "会话ID 会话标识 JSESSIONID"),
        ("session", "會話ID"),
        ("pin", "PIN码"),
    ],
)
def test_p4_names_in_english_and_chinese_tell_the_kind(kind: str, names: str) -> None:
    for name in names.split():
        assert REDACTOR.redact_value({name: S}) == {name: f"[REDACTED:{kind}]"}, name


HARMLESS_NAMES: Final = """
token_count passwordPolicy tokenExpiry hasPassword cookieName publicKey X-Cache-Key password.py
author secretary tokenizer monkey keyboard
密码策略 密码长度 密码修改时间 验证码类型 是否记住密码 允许邮箱登录 IP地址
"""


@pytest.mark.parametrize("name", HARMLESS_NAMES.split())
def test_names_that_only_speak_of_secrets_tell_nothing(name: str) -> None:
    assert REDACTOR.redact_value({name: S}) == {name: S}
