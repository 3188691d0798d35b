"""Sensitive pairs in text that cannot be parsed, at any depth of quoting."""

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor

REDACTOR = Redactor(RedactionConfig())
SECRET = "not-Real9"

# `@` stands for the secret, and for its mask in the expected result
MASKED = r"""
password=@
password = @
password: @
password => '@'
password := "@"
user=bob, password=@, x=y
Login failed (password=@)
User(name='bob', password='@')
{'password': '@', 'user': 'bob'}
{'password': b'@'}
{"password":"@","user":"bob"
{"a":1,"password" : "@
{\"password\":\"@\",\"x\":1
{\\\"password\\\":\\\"@\\\",\\\"x\\\":1
&quot;password&quot;:&quot;@&quot;,&quot;x&quot;
%22password%22%3A%22@%22%2C
\u0022password\u0022:\u0022@\u0022
<password>@</password><user>bob</user>
<soap:Password Type="text">@</soap:Password>
<password><![CDATA[@]]></password>
&lt;password&gt;@&lt;/password&gt;
<user name="bob" password="@"/>
<input type="hidden" name="password" value="@">
<add key="password" value="@"/>
{"name":"password","value":"@","x":1
('password', '@')
login(password: "@", user: "bob")
Server=db;User Id=sa;Password=@;Encrypt=true
DB_PASSWORD=@
--password=@
headers["password"] = "@"
user[password]=@&x=1
?password=@&x=1 HTTP/1.1
\npassword=@\nuser=bob
assert password == '@'
Invalid password '@' for bob
password is "@"
password was '@'
密码：@
密码是@
您的密码为@，请保管
ｐａｓｓｗｏｒｄ＝@
""".strip().splitlines()  # noqa: RUF001 - full-width letters are the case


@pytest.mark.parametrize("text", MASKED)
def test_value_of_a_sensitive_pair_is_masked_and_nothing_else(text: str) -> None:
    """P4."""
    assert REDACTOR.redact_text(text.replace("@", SECRET)) == text.replace("@", "[REDACTED:password]")


OTHERS = [
    ("Authorization: Bearer not-Real9 x", "Authorization: Bearer [REDACTED:authorization] x"),
    ('Authorization: Digest username="b", response="c"', "Authorization: Digest [REDACTED:authorization]"),
    ("-H 'Authorization: Basic bm90' -d 1", "-H 'Authorization: Basic [REDACTED:authorization]' -d 1"),
    ("Cookie: sid=a1; theme=b2", "Cookie: sid=[REDACTED:cookie]; theme=[REDACTED:cookie]"),
    ("{'Cookie': 'sid=a1; b=c'}", "{'Cookie': 'sid=[REDACTED:cookie]; b=[REDACTED:cookie]'}"),
    ("Set-Cookie: sid=a1; Path=/; HttpOnly", "Set-Cookie: sid=[REDACTED:cookie]; Path=/; HttpOnly"),
    ("Phone: +49 170 1234567, ok", "Phone: [REDACTED:phone], ok"),
    ("First name: Ann Marie Smith, age 5", "First name: [REDACTED:name], age 5"),
    ("api key: abc123", "api key: [REDACTED:key]"),
    ("one-time code: 123456", "one-time code: [REDACTED:otp]"),
    ('"pin": 1234, "pin": 12', '"pin": [REDACTED:pin], "pin": 12'),
    ('"tokens": ["a1", "b2"], "x": 1', '"tokens": [REDACTED:token], "x": 1'),
    ("/;jsessionid=A1B2C3D4?x=1", "/;jsessionid=[REDACTED:session]?x=1"),
    (
        'Content-Disposition: form-data; name="password"\r\n\r\nn0t real\r\n--b--',
        'Content-Disposition: form-data; name="password"\r\n\r\n[REDACTED:password]\r\n--b--',
    ),
]


@pytest.mark.parametrize(("text", "masked"), OTHERS)
def test_other_kinds_end_where_their_values_end(text: str, masked: str) -> None:
    assert REDACTOR.redact_text(text) == masked


PROSE = """
password reset page
session timed out; session: expired
the password field is required
password: required
password: must be at least 8 characters
Invalid password
Password is too short
Unexpected token '<', "<!DOCTYPE "... is not valid JSON
JSONDecodeError: Unexpected token at position 5
token: expected ')' but found end of file
Authorization: user not allowed here
API key is missing
api_key="" secret=null token=None
Cookie policy: strict
author=bob keyword=shoes tokenize=true secretary="Ann" monkey=1 compass=north
token_count: 5, password_policy: strong, token_type=bearer
compression=gzip; passthrough=on; bypass=1
    token = self.session.get(url)
  File "/app/auth/token.py", line 12, in get_token
KeyError: 'token'
SELECT id, password FROM users WHERE id = 5
Set a new password at least every 90 days
<form><label>Password</label></form>
HTTPSConnectionPool(host='shop.example.com', port=443): Read timed out. (read timeout=1)
密码重置页面
""".strip("\n").splitlines()


@pytest.mark.parametrize("text", PROSE)
def test_prose_about_secrets_survives(text: str) -> None:
    assert REDACTOR.redact_text(text) == text
