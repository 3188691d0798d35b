"""Headers that carry secrets: Authorization of every scheme, cookies, key headers of vendors. Returns them as rows."""

import base64
import string
from urllib.parse import quote

from .credentials import opaque
from .draw import Draw
from .keys import header_name
from .lookalikes import Pair
from .model import Secret

Planted = tuple[list[tuple[str, str]], tuple[str, ...], tuple[str, ...]]
"""Headers, the secret's cores, what must survive."""


def authorization(draw: Draw, near: list[Pair]) -> tuple[str, Planted]:
    """(scheme, headers): credentials in every registered scheme and the vendors' own."""
    value, cores, scheme = _credentials(draw)
    name = draw.choice(
        ("Authorization", "authorization", "Authorization", "Proxy-Authorization", "X-Forwarded-Authorization")
    )
    other = _other(near[0])
    return scheme, ([(name, value), other], cores, (other[1],))


def _other(pair: Pair) -> tuple[str, str]:
    key = pair[0] if pair[0].isascii() else "X-Request-Id"
    return key.replace("_", "-"), pair[1]


def _credentials(draw: Draw) -> tuple[str, tuple[str, ...], str]:
    token, token_cores, _, _ = opaque(draw)
    word, user = draw.opaque(14), draw.word()
    basic = base64.b64encode(f"{user}:{word}".encode()).decode()
    signature = base64.b64encode(draw.randbytes(32)).decode()
    hexes = draw.hex(64)
    key_id = draw.text(string.ascii_uppercase, 16)
    ntlm = base64.b64encode(b"NTLMSSP\0\3\0\0\0" + draw.randbytes(40)).decode()
    host = 'realm="shop", uri="/orders"'
    return draw.choice(
        (
            (f"Basic {basic}", (basic, word), "Basic"),
            (f"basic {basic}", (basic, word), "Basic"),
            (f"Bearer {token}", token_cores, "Bearer"),
            (f"bearer {token}", token_cores, "Bearer"),
            (f"Token {token}", token_cores, "Token"),
            (f"Token token={token}", token_cores, "Token"),
            (f'Token token="{token}", email=none', token_cores, "Token"),
            (f"ApiKey {token}", token_cores, "ApiKey"),
            (f"SSWS {token}", token_cores, "SSWS"),
            (f"GenieKey {token}", token_cores, "GenieKey"),
            (f"Bot {token}", token_cores, "Bot"),
            (f"Splunk {token}", token_cores, "Splunk"),
            (f"DPoP {token}", token_cores, "DPoP"),
            (token, token_cores, "none"),
            (
                f'Digest username="{user}", {host}, nonce="{draw.hex(32)}", response="{hexes[:32]}"',
                (hexes[:32],),
                "Digest",
            ),
            (f"Negotiate {signature}", (signature,), "Negotiate"),
            (f"NTLM {ntlm}", (ntlm[20:],), "NTLM"),
            (
                f"AWS4-HMAC-SHA256 Credential=AK{'IA'}{key_id}/20260504/eu-west-1/s3/aws4_request, "
                f"SignedHeaders=host;x-amz-date, Signature={hexes}",
                (hexes,),
                "AWS4",
            ),
            (
                f'OAuth oauth_consumer_key="{key_id}", oauth_token="{word}", '
                f'oauth_signature="{quote(signature, safe="")}"',
                (word, signature),
                "OAuth 1",
            ),
            (f'Hawk id="{user}", ts="1353832234", nonce="j4h3g2", mac="{signature}"', (signature,), "Hawk"),
            (
                f'Signature keyId="{user}",algorithm="rsa-sha256",headers="(request-target)",signature="{signature}"',
                (signature,),
                "Signature",
            ),
            (f"SharedKey {user}:{signature}", (signature,), "SharedKey"),
            (f"AWS {key_id}:{signature[:28]}", (signature[:28],), "AWS 2"),
        )
    )


def cookie(draw: Draw, secret: Secret, near: list[Pair]) -> Planted:
    """`Cookie`: the names stay, the session's value goes."""
    name = _cookie_name(draw, secret)
    plain = [(k, v) for k, v in near if k.isascii()] or [("theme", "dark-" + draw.word())]
    pairs = [(name, secret.value), *plain]
    draw.shuffle(pairs)
    return [("Cookie", "; ".join(f"{k}={v}" for k, v in pairs))], secret.cores, (name, *(k for k, _ in plain))


def set_cookie(draw: Draw, secret: Secret, near: list[Pair]) -> Planted:
    """`Set-Cookie`: one or more, with their attributes."""
    name = _cookie_name(draw, secret)
    attributes = draw.choice(
        (
            "Path=/; HttpOnly; Secure; SameSite=Lax",
            "Path=/shop; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=86400",
            "path=/; domain=.example.com; secure; httponly",
        )
    )
    headers = [("Set-Cookie", f"{name}={secret.value}; {attributes}")]
    keep = [name, *(part.partition("=")[0].strip() for part in attributes.split(";")), attributes.split("; ")[1]]
    if draw.chance(0.4):
        headers.append(("Set-Cookie", "theme=dark; Path=/"))
        draw.shuffle(headers)
        keep.append("theme")
    return headers, secret.cores, tuple(keep)


def _cookie_name(draw: Draw, secret: Secret) -> str:
    known = (
        "JSESSIONID|PHPSESSID|connect.sid|ASP.NET_SessionId|laravel_session|sessionid|__Host-session|_session_id|sid"
    )
    if secret.kind == "session":
        return draw.choice(known.split("|"))
    if secret.kind == "csrf":
        return draw.choice(("csrftoken", "XSRF-TOKEN", "_csrf", "__RequestVerificationToken"))
    if secret.kind == "token" and draw.chance(0.5):
        return draw.choice(("access_token", "remember_token", "auth", "jwt", ".AspNetCore.Identity.Application"))
    return secret.key if secret.key.isascii() else "auth_token"


_VENDORS = {
    "api key": "X-Api-Key|Api-Key|apikey|Ocp-Apim-Subscription-Key|X-RapidAPI-Key|DD-API-KEY|X-Goog-Api-Key"
    "|X-Algolia-API-Key|x-functions-key",
    "token": "X-Auth-Token|X-Access-Token|X-Vault-Token|PRIVATE-TOKEN|X-GitLab-Token|X-Amz-Security-Token"
    "|X-Shopify-Access-Token|X-JWT-Assertion",
    "csrf": "X-CSRF-Token|X-XSRF-TOKEN|X-CSRFToken",
    "session": "X-Session-Id|X-Session-Token|X-Session-Key",
    "secret": "X-Client-Secret|X-App-Secret|X-Webhook-Secret",
    "password": "X-Password|X-Redis-Password|X-User-Password",
    "otp": "X-OTP|X-GitHub-OTP|X-MFA-Code",
}


def key_header(draw: Draw, secret: Secret, near: list[Pair]) -> Planted:
    """Vendors' headers and those that people make up."""
    if secret.kind in _VENDORS and draw.chance(0.6):
        name = draw.choice(_VENDORS[secret.kind].split("|"))
    else:
        name = header_name(draw, secret.key.replace("_", " ") if secret.key.isascii() else "auth token")
    other = _other(near[0])
    return [(name, secret.value), other], secret.cores, (name.lower(), other[1])
