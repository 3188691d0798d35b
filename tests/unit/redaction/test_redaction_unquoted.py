"""P4: values without quotes: settings line by line, YAML, source code, and what only looks like one."""

from typing import Final

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from support.marked_texts import masked, plain

REDACTOR: Final = Redactor(RedactionConfig())

LINES: Final = [
    ("password", "DB_PASSWORD=⟦n0t,Real[9]⟧"),
    ("password", "host=db.test\npassword=⟦n0t(Real)9⟧\nport=5432"),
    ("password", "host=db.test\r\npassword=⟦n0t(Real)9⟧\r\nport=5432"),
    ("key", "export API_KEY=⟦n0t;Real9⟧\nDEBUG=1"),
    ("key", "+ X-Api-Key: ⟦n0t{Real}9⟧\n+ Accept: */*"),
    ("key", "> X-Api-Key: ⟦n0tReal9⟧\n< HTTP/1.1 403"),
    ("token", "user: bob\naccess_token: ⟦n0tReal9⟧\nregion: eu-west-1"),
    ("password", "spring.datasource.password=⟦n0t-Real9⟧\nspring.datasource.username=bob"),
    ("password", "failed (password=⟦n0tReal9⟧), retrying"),
    ("password", "{password: ⟦n0tReal9⟧, user: bob}"),
    ("password", "?password=⟦n0t(Real)9⟧&x=1"),
    ("password", "password: ⟦$n0tReal9⟧"),
    ("password", "password: ⟦self-n0tReal9⟧"),
    ("token", "token=⟦settings9n0tReal⟧ user=bob"),
]

YAML: Final = [
    ("secret", "client_secret: |\n  ⟦n0t-Real9\n  n0t-Real8⟧\nregion: eu"),
    ("secret", "client_secret: >-\n    ⟦n0t-Real9⟧\nregion: eu"),
    ("secret", "a:\n  client_secret: |2\n    ⟦n0t-Real9\n    n0t-Real8⟧\n  region: eu"),
    ("password", "- name: DB_PASSWORD\n  value: ⟦n0t-Real9⟧\n- name: REGION\n  value: eu"),
    ("token", '- name: API_TOKEN\n  value: "⟦n0t-Real9⟧"\n'),
    ("password", "  - key: db-password\n    value: '⟦n0t Real9⟧'\n  - key: region"),
    ("password", "db:\n  password: ⟦n0t-Real9⟧\n  user: bob"),
    ("password", "db:\r\n  password: ⟦n0t-Real9⟧\r\n  user: bob"),
]

CALLS: Final = [
    ("password", 'auth=("bob", "⟦n0t-Real9⟧")'),
    ("password", "requests.get(url, auth=('bob','⟦n0t-Real9⟧'), timeout=5)"),
    ("password", "auth=HTTPBasicAuth('bob', '⟦n0t-Real9⟧')"),
    ("password", "auth = httpx.BasicAuth(username='bob', password='⟦n0t-Real9⟧')"),
    ("password", r'"auth=(\"bob\", \"⟦n0t-Real9⟧\")"'),
    ("password", 'auth=(user, "⟦n0t-Real9⟧")'),
    ("password", 'login(user, password="⟦n0t-Real9⟧")'),
]


@pytest.mark.parametrize(("kind", "text"), [*LINES, *YAML, *CALLS])
def test_p4_value_is_masked_to_its_end_and_no_further(kind: str, text: str) -> None:
    result = REDACTOR.redact_text(plain(text))
    assert result == masked(kind, text)
    assert REDACTOR.redact_text(result) == result


@pytest.mark.parametrize(
    "text",
    [
        "POST /oauth/token -> 503",
        "GET /v1/api-key: 404 Not Found",
        "/reset-password => 500",
        '{"password": password, "user": user}',
        "password = self.settings.db_password",
        "client.login(password=os.environ['DB_PASSWORD'])",
        "token = get_token(user, scope)",
        "token: await client.login(user)",
        "api_key = process.env.API_KEY;",
        "password=$DB_PASSWORD",
        "mysql --password=$password -u bob",
        'auth=("bob", password)',
        "auth=(user, password)",
        "auth=HTTPBasicAuth(user, password)",
        "auth=None, cookies=None",
        "password:\n  min_length: 8\n  rotation: 90d",
        "tokens:\n- type: bearer\n- type: mac",
        "token:\nuser: bob",
        "password_policy: |\n  at least twelve characters\nregion: eu",
        "- name: REGION\n  value: eu-west-1",
        "- name: PASSWORD_MIN_LENGTH\n  value: 12",
        "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db}",
        "def login(user, password):\n    return post(user)",
        "if token == expected_token:\n    retry()",
        "let token = request.headers.authorization;",
        "author=Ann Notreal\nkeyword=shoes",
    ],
)
def test_source_code_and_settings_without_secrets_stay(text: str) -> None:
    assert REDACTOR.redact_text(text) == text
