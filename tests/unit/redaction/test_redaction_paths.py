"""P4: secrets in paths and queries, in user and password of URLs, tokens by their prefixes; names of headers."""

from typing import Final

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from support.marked_texts import masked, plain

REDACTOR: Final = Redactor(RedactionConfig())
LONG: Final = "n0tReal9n0tReal9"

PATHS: Final = [
    ("token", "https://x.test/token/⟦abc1234⟧"),
    ("token", "https://x.test/token/⟦abc123⟧"),
    ("key", "/v1/api-key/⟦n0tReal9⟧/rotate"),
    ("key", "/v1/api_keys_apikey/⟦n0tReal9⟧?page=2"),
    ("token", f"/session/⟦{LONG}⟧/refresh"),
    ("password", "/密码/⟦n0tReal9⟧"),
    ("token", f"/reset-password/⟦{LONG}⟧"),
    ("token", f"https://x.test/users/verify-email/⟦{LONG}⟧?lang=en"),
    ("token", f"/unsubscribe/⟦{LONG}⟧"),
    ("code", "https://x.test/oauth/callback?code=⟦n0tReal9⟧"),
    ("code", f"https://x.test/welcome?code=⟦{LONG}⟧&lang=en"),
    ("key", "https://x.test/?api%5Fkey=⟦n0tReal9⟧&page=2"),
    ("password", "https://x.test/?pass%77ord=⟦n0tReal9⟧&page=2"),
    ("password", "https://x.test/?user%5Bpassword%5D=⟦n0tReal9⟧&page=2"),
    ("password", "user[password]=⟦n0tReal9⟧&user[name]=bob"),
    ("token", "a[b][token]=⟦n0tReal9⟧&page=2"),
    ("password", "https://x.test/?%E5%AF%86%E7%A0%81=⟦n0tReal9⟧&page=2"),
    ("password", "postgres://bob:⟦n0t-Real9⟧@db.test/shop"),
    ("password", "postgres://bob:⟦n0t/Real9⟧@db.test/shop"),
    ("password", "amqp://bob:⟦n0t#Real9⟧@mq.test:5672"),
    ("password", "https://bob:⟦n0t?Real9⟧@x.test/a"),
    ("password", "redis://:⟦n0t-Real9⟧@cache.test:6379/0"),
    ("password", "jdbc:oracle:thin:scott/⟦n0tReal9⟧@db.test:1521/orcl"),
    ("password", f"https://⟦{LONG}n0tReal9⟧@x.test/a.git"),
]

PREFIXES: Final = """
AKIAN0TREAL9N0TREAL9
LTAIn0tReal9n0tReal9
ghp_n0tReal9n0tReal9n0tReal9
github_pat_n0tReal9n0tReal9
glpat-n0tReal9n0tReal9
xoxb-n0tReal9-n0tReal9
sk_live_n0tReal9n0tReal9
sk-proj-n0tReal9n0tReal9n0tReal9
hf_n0tReal9n0tReal9n0tReal9
npm_n0tReal9n0tReal9n0tReal9
dckr_pat_n0tReal9n0tReal9n0tReal9
pypi-n0tReal9n0tReal9n0tReal9
SG.n0tReal9n0tReal9.n0tReal9n0tReal9
hvs.n0tReal9n0tReal9n0tReal9
""".strip().splitlines()

HEADERS: Final = [
    ("key", "X-Functions-Key: ⟦n0tReal9⟧"),
    ("key", "x-rapidapi-key: ⟦n0tReal9⟧"),
    ("key", "Ocp-Apim-Subscription-Key: ⟦n0tReal9⟧"),
    ("token", "X-Vault-Token: ⟦n0tReal9⟧"),
    ("authorization", "Authorization: SharedKey ⟦acct:n0tReal9⟧"),
    ("authorization", "Proxy-Authorization: Basic ⟦bjB0OlJlYWw5⟧"),
    ("password", r'sent {"pass\u0077ord":"⟦n0tReal9⟧","a":1'),
    ("password", "&quot;p&#97;ssword&quot;:&quot;⟦n0tReal9⟧&quot;,"),
]


@pytest.mark.parametrize(("kind", "text"), [*PATHS, *HEADERS])
def test_p4_part_of_a_url_or_header_that_is_secret_goes(kind: str, text: str) -> None:
    result = REDACTOR.redact_text(plain(text))
    assert result == masked(kind, text)
    assert REDACTOR.redact_text(result) == result


@pytest.mark.parametrize("token", PREFIXES)
def test_p4_token_goes_wherever_it_stands_for_its_prefix(token: str) -> None:
    assert REDACTOR.redact_text(f"cannot use {token}, sorry") == "cannot use [REDACTED:token], sorry"


@pytest.mark.parametrize(
    "text",
    [
        "/tokens/count",
        "/token/refresh",
        "/token/v2/users",
        "/token/4711",
        "/session/v2",
        "/session/2.0.1/start",
        "/password/reset.html",
        "/secrets/payments-db",
        "/api-key/rotation-policy",
        "/author/n0tReal9/books",
        "/orders/0f8fad5b-d9cb-469f-a165-70867728950e",
        "/verify-email/0f8fad5b-d9cb-469f-a165-70867728950e",
        "/commits/9f86d081884c7d659a2feaa0c55ad015",
        "/reset-password/instructions",
        "https://x.test/stores?code=US&state=CA",
        "https://x.test/errors?code=E_4711",
        "https://x.test/oauth/callback?error=access_denied",
        "https://x.test/?filter[token_count]=5&sort=price",
        "https://x.test/?next=%2Flogin%3Fpage%3D2",
        "https://x.test:8080/@bob/post",
        "https://x.test:8080/a?b=c@d",
        "http://[::1]:8080/a",
        "redis://cache.test:6379/0",
        "https://bob@x.test/a",
        "git@x.test:shop/web.git",
        "jdbc:oracle:thin:@db.test:1521/orcl",
    ],
)
def test_urls_without_secrets_stay(text: str) -> None:
    assert REDACTOR.redact_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        'WWW-Authenticate: Bearer realm="shop", error="invalid_token"',
        'WWW-Authenticate: Basic realm="shop"',
        'WWW-Authenticate: Bearer authorization_uri="https://x.test/login", client_id="shop"',
        "X-Cache-Key: shop-4711-en",
        "X-Idempotency-Key: 0f8fad5b-d9cb-469f-a165-70867728950e",
        "Idempotency-Key: 4a5b6c7d8e9f0a1b",
        "X-Partition-Key: eu-7",
        "Surrogate-Key: product-4711 shop",
        "Keyboard: qwerty9",
        "token.rs:89",
        "password.py: 12 errors",
        "secrets.yaml: not found",
        "session_store.rb:12:in `load'",
        "css class sk-folding-cube-grid",
        "npm_config_user_agent=pnpm",
        "hf_hub_enable_transfer is set",
        "secret_manager_configuration is missing",
        "glpat-short",
        "AKIA is the prefix",
    ],
)
def test_headers_files_and_words_that_begin_like_tokens_stay(text: str) -> None:
    assert REDACTOR.redact_text(text) == text
