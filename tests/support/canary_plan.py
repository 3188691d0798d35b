"""What the load test with the canaries sends, what is answered, and what it raises. Data only; nothing is sent here.

Each failure has a canary or several, and beside each, in the same field where there is room, a benign beacon.
"""

import base64
import gzip
import json
from typing import Any, Final
from urllib.parse import quote

from .canary import Garden
from .canary_exchange import Exchange, Plan

KEPT: Final = 2048
"""Bytes of a body."""
CAPTURED: Final = 16 * 1024
"""Characters of any other text."""
HEADER: Final = 8 * 1024
"""Characters of a header's value that are captured."""


def make_plan(g: Garden) -> Plan:
    """A plan whose canaries and beacons come from the garden."""
    exchanges = [*_addresses(g), *_headers(g), *_sent_bodies(g), *_answered_bodies(g), *_judged(g)]
    return Plan(exchanges, _raised(g), _contexts(g), {"tenant": g.beacon(), "accessToken": g.secret("user's context")})


def _addresses(g: Garden) -> list[Exchange]:
    nested = quote(
        f"https://shop.example.com/?note={g.beacon()}&access_token={g.secret('address in a query')}", safe=""
    )
    user = f"bob:{g.secret('userinfo')}@"
    return [
        Exchange("query", f"?note={g.beacon()}&access_token={g.secret('query')}", method="GET"),
        Exchange("api key", f"?note={g.beacon()}&api_key={g.secret('api key in a query')}", method="GET"),
        Exchange("nested", f"?back={nested}", method="GET"),
        Exchange(
            "nested twice", f"?back={quote(quote('token=' + g.secret('query, encoded twice')))}&note={g.beacon()}"
        ),
        Exchange("signed", f"?file={g.beacon()}&X-Amz-Signature={g.secret('signature in a query')}", method="GET"),
        Exchange("fragment", f"?note={g.beacon()}#access_token={g.secret('fragment')}&expires_in=60", method="GET"),
        Exchange("userinfo", f"/{g.beacon()}", address="http://" + user + "{host}", method="GET"),
        Exchange("path", f"/reset-password/{g.secret('path')}?note={g.beacon()}", method="GET"),
        Exchange(f"/login?note={g.beacon()}&token={g.secret('name of a request')}", "/login"),
        Exchange(f"{g.beacon()} of {g.secret('name of a request, e-mail', 'email')}", "/mail"),
        Exchange(
            "refused connection",
            f"?note={g.beacon()}&password={g.secret('address that refuses connections')}",
            address="http://{closed}",
        ),
    ]


def _headers(g: Garden) -> list[Exchange]:
    basic = base64.b64encode(f"bob:{g.secret('Authorization: Basic')}".encode()).decode()
    aws = f"AWS4-HMAC-SHA256 Credential=x/y, SignedHeaders=host, Signature={g.secret('Authorization: AWS4')}"
    digest = f'Digest username="bob", realm="r", nonce="7", uri="/", response="{g.secret("Authorization: Digest")}"'
    schemes = {
        "Bearer": f"Bearer {g.secret('Authorization: Bearer')}",
        "Basic": f"Basic {basic}",
        "Token": f"Token {g.secret('Authorization: Token')}",
        "ApiKey": f"ApiKey {g.secret('Authorization: ApiKey')}",
        "Negotiate": f"Negotiate {g.secret('Authorization: Negotiate')}",
        "none": g.secret("Authorization without a scheme"),
        "JWT": f"Bearer {g.secret('Authorization: JWT', 'jwt')}",
        "AWS4": aws,
        "Digest": digest,
    }
    asked = [
        Exchange(f"authorization {name}", headers={"Authorization": value, "X-Note": g.beacon()}, method="GET")
        for name, value in schemes.items()
    ]
    asked += [
        Exchange(f"header {name}", headers={name: g.secret(f"request header {name}"), "X-Note": g.beacon()})
        for name in (
            *("X-Api-Key", "X-Auth-Token", "Proxy-Authorization", "X-CSRF-Token", "X-Amz-Security-Token"),
            *("Ocp-Apim-Subscription-Key", "X-Goog-Api-Key", "X-Vault-Token", "X-Session-Id"),
        )
    ]
    claims = base64.urlsafe_b64encode(json.dumps({"api_key": g.secret("base64 in a header")}).encode()).decode()
    holding = {
        "Referer": f"https://shop.example.com/?note={g.beacon()}&access_token={g.secret('Referer')}",
        "X-Settings": json.dumps({"note": g.beacon(), "client_secret": g.secret("JSON in a header")}),
        "X-Claims": f"{g.beacon()} {claims.rstrip('=')}",
    }
    asked += [Exchange(f"header {name}", headers={name: value}) for name, value in holding.items()]
    cookies = f"{g.beacon()}={g.secret('Cookie')}; sid={g.secret('Cookie, the second')}"
    long = f"{g.beacon()}=1; pad={'x' * (HEADER - 55)}; sid={g.secret('Cookie, half captured', length=30)}"
    asked.append(Exchange("long cookie", headers={"Cookie": long}, method="GET"))
    asked.append(Exchange("cookie", headers={"Cookie": cookies}, method="GET"))
    twice = f"{g.beacon()}={g.secret('Set-Cookie')}; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly, sid="
    answered = {
        "Set-Cookie": twice + g.secret("Set-Cookie, the second") + "; Path=/",
        "Refresh": f"0; url=https://shop.example.com/?note={g.beacon()}&session_id={g.secret('Refresh')}",
        "X-Auth-Token": g.secret("response header X-Auth-Token"),
        "Location": f"https://shop.example.com/?note={g.beacon()}&token={g.secret('response header Location')}",
        "Link": f"<https://shop.example.com/?note={g.beacon()}&api_key={g.secret('response header Link')}>; rel=next",
    }
    return [*asked, *(Exchange(f"answer {n}", answer_headers={n: v}, method="GET") for n, v in answered.items())]


def _sent_bodies(g: Garden) -> list[Exchange]:
    def credentials(place: str) -> dict[str, Any]:
        return {"note": g.beacon(), "user": {"name": "bob", "password": g.secret(place)}}

    inner = json.dumps({"payload": json.dumps(credentials("JSON in JSON in JSON"))})
    graphql = {
        "query": f'mutation {{ login(password: "{g.secret("GraphQL")}") }}',
        "variables": credentials("variables"),
    }
    form = f"note={g.beacon()}&user=bob&password={quote(g.secret('form') + '&=%')}"
    part = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    parts = (part.format("note", g.beacon()), part.format("password", g.secret("multipart")))
    multipart = "".join(f"--frontier\r\n{each}" for each in parts) + "--frontier--\r\n"
    element = f"<password>{g.secret('XML')}</password>"
    xml = f'<login note="{g.beacon()}" apiKey="{g.secret("XML attribute")}">{element}</login>'
    soap = f"<wsse:Password Type='t'>{g.secret('SOAP')}</wsse:Password><n>{g.beacon()}</n>"
    wrapped = base64.b64encode(json.dumps({"password": g.secret("base64")}).encode()).decode()
    packed = base64.b64encode(gzip.compress(f"password={g.secret('gzip in base64')}".encode(), mtime=0)).decode()
    hexed = f"password={g.secret('hex')}".encode().hex()
    key = g.secret("private key", "private key")
    bodies = {
        "application/json": [
            json.dumps(credentials("JSON")),
            json.dumps({"payload": inner}),
            json.dumps(graphql),
            json.dumps({"fields": [{"name": "password", "value": g.secret("name and value")}, {"note": g.beacon()}]}),
            json.dumps({"note": g.beacon(), "blob": wrapped}),
            json.dumps({"note": g.beacon(), "blob": packed}),
            json.dumps({"note": g.beacon(), "blob": base64.b64encode(wrapped.encode()).decode()}),
            json.dumps({"note": g.beacon(), "password": g.secret("escaped name")}).replace(
                "password", "pass\\u0077ord"
            ),
            "\n".join(json.dumps(credentials(f"line {number} of JSON")) for number in (1, 2)),
            json.dumps({"note": g.beacon(), "pem": key}),
            json.dumps({"备注": g.beacon(), "密码": g.secret("JSON in Chinese")}, ensure_ascii=False),
            json.dumps({"note": g.beacon(), "pad": "x" * (KEPT - 75), "password": g.secret("JSON at the cut")}),
        ],
        "application/x-www-form-urlencoded": [form, f"note={g.beacon()}&data={quote(inner)}"],
        "multipart/form-data; boundary=frontier": [multipart],
        "text/xml": [xml, soap],
        "application/x-yaml": [f"note: {g.beacon()}\nuser:\n  password: {g.secret('YAML')}\n"],
        "text/plain": [
            f"{g.beacon()} 密码\uff1a{g.secret('prose in Chinese')}\u3002",
            f"{g.beacon()} {{b'note': 1, b'api_key': b'{g.secret('repr of bytes')}'}}",
            f"{g.beacon()} {json.dumps(json.dumps(json.dumps({'token': g.secret('JSON, quoted three times')})))}",
            f"{g.beacon()} &amp;quot;token&amp;quot;:&amp;quot;{g.secret('entities, twice')}&amp;quot;",
            f"{g.beacon()} <![CDATA[<password>{g.secret('CDATA')}</password>]]>",
            f"{g.beacon()} {hexed}",
            f"{g.beacon()} {quote(json.dumps({'password': g.secret('percent-encoded JSON')}))}",
            f"curl -u bob:{g.secret('curl -u')} https://shop.example.com/{g.beacon()}",
            f"note={g.beacon()}\npassword: {g.secret('settings')}\n",
            f"{g.beacon()} ALTER USER bob IDENTIFIED BY '{g.secret('SQL')}'",
            f"{g.beacon()} postgres://bob:{g.secret('DSN')}@db.example.com/shop",
        ],
    }
    kinds = ("provider token", "webhook url", "email", "card", "iban", "ssn", "prc id", "cpf")
    bodies["text/plain"] += [f"note: {g.beacon()}, see {g.secret(f'{kind} in prose', kind)} again" for kind in kinds]
    return [
        Exchange(f"sent {kind.partition(';')[0]} {number}", headers={"Content-Type": kind}, body=body)
        for kind, texts in bodies.items()
        for number, body in enumerate(texts)
    ]


def _answered_bodies(g: Garden) -> list[Exchange]:
    echoed = {"loc": ["body", "password"], "msg": "too short", "input": g.secret("validation error")}
    page = f'<p>{g.beacon()}</p><input type="password" name="password" value="{g.secret("HTML")}">'
    entities = f"{g.beacon()} &quot;password&quot;:&quot;{g.secret('HTML entities')}&quot;"
    answers = {
        "application/json": [
            json.dumps({"note": g.beacon(), "refresh_token": g.secret("answered JSON")}),
            json.dumps({"note": g.beacon(), "detail": [echoed]}),
            json.dumps({"note": g.beacon(), "token": g.secret("answered JSON, cut short")})[:-6],
        ],
        "text/html": [page, entities],
        "text/plain; charset=iso-8859-1": [f"caf\xe9 {g.beacon()} password={g.secret('Latin-1')}"],
        "application/octet-stream": [f"{g.beacon()} token={g.secret('bytes')}"],
    }
    made = [
        Exchange(f"answered {kind} {number}", answer_headers={"Content-Type": kind}, answer=text.encode("latin-1"))
        for kind, texts in answers.items()
        for number, text in enumerate(texts)
    ]
    packed = gzip.compress(json.dumps({"note": g.beacon(), "password": g.secret("gzip")}).encode(), mtime=0)
    made.append(Exchange("answered gzip", answer_headers={"Content-Encoding": "gzip"}, answer=packed))
    return made


def _judged(g: Garden) -> list[Exchange]:
    context = {"note": g.beacon(), "auth": [{"headers": [["X-Api-Key", g.secret("context of a request")]]}]}
    return [
        Exchange("failure text", failure=f"{g.beacon()}: token={g.secret('response.failure')} refused", status=200),
        Exchange(
            "failure exception",
            failure=f"{g.beacon()}: {{'password': '{g.secret('response.failure with an exception')}'}}",
            raises=True,
        ),
        Exchange("context", context=context),
    ]


def _raised(g: Garden) -> list[str]:
    return [
        f"{g.beacon()}: login failed, password={g.secret('raised')}",
        f"{g.beacon()}: {{'user': 'bob', 'api_key': '{g.secret('raised, repr')}'}}",
        f"{g.beacon()}: cannot reach redis://:{g.secret('raised, DSN')}@cache.example.com:6379/0",
        f"{g.beacon()}: Authorization: Bearer {g.secret('raised, header')}",
        f"{g.beacon()}: {json.dumps({'body': json.dumps({'password': g.secret('raised, JSON in JSON')})})}",
        f"{g.beacon()}: assert {{'accessToken': '{g.secret('raised, assertion')}'}} == {{'accessToken': None}}",
        f"{g.beacon()}: 401 for url: https://bob:{g.secret('raised, userinfo')}@shop.example.com/cart",
        g.beacon() + " " * (CAPTURED - 40) + f"password={g.secret('raised, half captured')}",
        g.beacon() + " " * (CAPTURED - 50) + f"postgres://bob:{g.secret('raised, DSN half captured')}@db/shop",
        f"{g.beacon()}\n  File \"shop.py\", line 3, in login\n    token = '{g.secret('raised, a traceback within')}'",
    ]


def _contexts(g: Garden) -> list[dict[str, Any]]:
    return [
        {"note": g.beacon(), "password": g.secret("context")},
        {"note": g.beacon(), "body": json.dumps({"client_secret": g.secret("JSON in the context")})},
        {"note": g.beacon(), g.secret("key of the context", "provider token"): True},
        {"note": "never a record", "password": g.secret("context of what became no record")},
    ]
