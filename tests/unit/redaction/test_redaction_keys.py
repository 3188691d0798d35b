"""Which key names are sensitive. Substrings must not decide: that is what damages `author` and `keyword`."""

import pytest
import re2
from locust_failure_forwarder.redaction import words
from locust_failure_forwarder.redaction.keys import KeyNames, split
from locust_failure_forwarder.redaction.pairs import stem_pattern

KEYS = KeyNames()

SENSITIVE = {
    "password": "password new_password newPassword user-password USER_PASSWORD user.password user[password] "
    "passwordConfirm password1 Passwd dbPwd passphrase userpassword newpassword PassWord mysql_pass 密码 用户密码",
    "token": "token access_token accessToken ACCESS_TOKEN refresh-token useraccesstoken X-Auth-Token "
    "tokens id_token jwt 令牌",
    "key": "api_key apiKey APIKey X-Api-Key apikey private_key secretKey aws_secret_access_key "
    "Ocp-Apim-Subscription-Key 密钥",
    "secret": "secret client_secret clientSecret webhook-secret",
    "authorization": "Authorization Proxy-Authorization auth X-Auth",
    "session": "session_id sessionId JSESSIONID PHPSESSID session",
    "csrf": "csrf xsrf",
    "cookie": "Cookie Set-Cookie cookies",
    "otp": "otp totp_code one_time_code verificationCode sms_code backup_code_2 验证码",
    "card": "card_number cardNumber cvv cvv2 cvc creditCard security_code 银行卡号",
    "email": "email userEmail e-mail email_address contactEmail 邮箱",
    "phone": "phone phoneNumber mobile mobile_number tel 手机号 联系电话",
    "name": "first_name lastName fullName surname cardholder_name 姓名",
    "birth_date": "dob birth_date dateOfBirth birthday 出生日期",
    "address": "street billing_address shippingAddress postal_code zipCode address 家庭住址",
    "national_id": "ssn social_security_number tax_id cpf aadhaar 身份证号",
    "passport": "passport passport_number",
    "bank_account": "account_number bankAccount routing_number",
    "iban": "iban customerIban",
}
PAIRS = [(key, kind) for kind, keys in SENSITIVE.items() for key in keys.split()]


@pytest.mark.parametrize(("key", "kind"), PAIRS)
def test_sensitive_key_is_told_by_its_words(key: str, kind: str) -> None:
    found = KEYS.judge(key)
    assert found is not None
    assert found.kind == kind


HARMLESS = """
author authority tokenize tokenizer secretary keyword monkey keyboard compass passenger passage passthrough
bypass cookiecutter sessions_total session_timeout token_count tokenType token_expires_in
access_token_expires_at password_policy passwordLength password_updated_at password_reset_url has_password
is_secret requiresAuth user_id userId username login name title key keys sort_key primary_key cacheKey
Idempotency-Key public_key X-Request-Id trace_id traceparent etag sha256 hash count price version status code
state id uuid ip_address mac_address remote_address email_verified phone_model cookie_policy auth_method
author_name Content-Type Content-Length Accept-Encoding User-Agent Sec-WebSocket-Key X-RateLimit-Remaining
country 密码策略 令牌数量 作者 服务器地址 用户名
"""


@pytest.mark.parametrize("key", HARMLESS.split())
def test_key_that_only_contains_or_describes_a_secret_is_harmless(key: str) -> None:
    assert KEYS.judge(key) is None


@pytest.mark.parametrize(
    ("key", "words_of_it"),
    [
        ("newPassword", ("new", "password")),
        ("X-Api-Key", ("x", "api", "key")),
        ("APIKeyV2", ("api", "key", "v", "2")),
        ("user[password]", ("user", "password")),
        ("a.b_c d", ("a", "b", "c", "d")),
        ("".join(chr(ord(letter) + 0xFEE0) for letter in "password"), ("password",)),  # full-width letters
        ("pass\u200bword", ("password",)),
        ("", ()),
        ("--", ()),
    ],
)
def test_key_splits_into_words(key: str, words_of_it: tuple[str, ...]) -> None:
    assert split(key) == words_of_it


@pytest.mark.parametrize(
    ("parent", "key", "kind"),
    [
        ("session", "id", "session"),
        ("api", "key", "key"),
        ("card", "number", "card"),
        ("tokens", "access", "token"),
        ("password", "value", "password"),
        ("cookies", "theme", "cookie"),
        ("token", "type", None),
        ("auth", "user", None),
        ("credentials", "region", None),
        ("order", "id", None),
    ],
)
def test_object_and_member_are_judged_together(parent: str, key: str, kind: str | None) -> None:
    found = KEYS.judge_within(parent, key)
    assert (found and found.kind) == kind


def test_every_word_of_the_vocabulary_is_found_in_text() -> None:
    """Free text is searched for stems only; a word without one would never be looked at."""
    pattern = re2.compile(stem_pattern(KEYS))  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - re2 has no type hints
    phrases = ["_".join(pair) for pair in words.PAIRS]
    singles = [*words.STRONG, *words.WEAK, *words.CHINESE, *words.GLUED, *words.GLUED_START]
    missed = [key for key in [*singles, *phrases] if pattern.search(f"{key}=x") is None]  # pyright: ignore[reportUnknownMemberType] - see above
    assert missed == []


def test_a_key_without_end_is_judged_by_its_end() -> None:
    assert KEYS.judge("x." * 100_000 + "password") is not None
