"""Secrets behind encodings: escaped characters are masked in place, encoded runs whole; what is none of it stays."""

import base64
import gzip
import hashlib
import html
import json
import zlib
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from locust_failure_forwarder.redaction.escapes import unescape

REDACTOR: Final = Redactor(RedactionConfig())
S: Final = "Zq7-n0tReal"

PLAIN: Final[Mapping[str, str]] = {
    "json": json.dumps({"user": "bob", "password": S}),
    "chinese json": json.dumps({"用户": "bob", "密码": S}, ensure_ascii=False),
    "form": f"user=bob&api_key={S}&page=2",
    "log line": f"login of bob failed, access_token: {S}",
    "header": f"Authorization: Bearer {S}.aa",
    "url": f"https://bob:{S}@db.example.com/shop",
}

Encode = Callable[[str], str]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


ESCAPES: Final[Mapping[str, Encode]] = {
    "percent": lambda text: quote(text, safe=""),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent everywhere": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "entities": html.escape,
    "numeric entities": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "hex entities": lambda text: "".join(f"&#x{ord(character):x};" for character in text),
    "unicode escapes": lambda text: "".join(f"\\u{ord(character):04x}" for character in text),
    "braced escapes": lambda text: "".join(f"\\u{{{ord(character):x}}}" for character in text),
    "escaped escapes": lambda text: "".join(f"\\\\u{ord(character):04x}" for character in text),
    "byte escapes": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "escaped slashes": lambda text: text.replace("/", "\\/"),
}
WRAPPERS: Final[Mapping[str, Encode]] = {
    "base64": _base64,
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 in lines": lambda text: base64.encodebytes((text + " " * 40 + text).encode()).decode().strip(),
    "base64 twice": lambda text: _base64(_base64(text)),
    "escaped base64": lambda text: quote(_base64(text), safe=""),
    "hex": lambda text: text.encode().hex(),
    "upper hex": lambda text: text.encode().hex().upper(),
    "hex of base64": lambda text: _base64(text).encode().hex(),
    "gzip in base64": lambda text: base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    "zlib in base64": lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    "gzip in hex": lambda text: gzip.compress(text.encode(), mtime=0).hex(),
    "among bytes": lambda text: base64.b64encode(b"\x00\xff\x01" + text.encode() + b"\xff\x00").decode(),
    "base64 of escapes": lambda text: _base64(quote(text, safe="")),
}


@pytest.mark.parametrize("encoding", ESCAPES)
@pytest.mark.parametrize("plain", PLAIN)
def test_p4_secret_of_escaped_characters_is_masked_and_the_rest_stays(plain: str, encoding: str) -> None:
    encoded = ESCAPES[encoding](PLAIN[plain])
    masked = REDACTOR.redact_text(f"sent {encoded} once")
    read = masked
    for _ in range(4):
        read = REDACTOR.redact_text(read)
        further = unescape(read)
        read = further.text if further else read
    assert S not in masked
    assert S not in read
    assert masked.startswith("sent ")
    assert "[REDACTED:" in masked
    if plain in ("json", "form", "log line"):
        assert "bob" in read, "only the secret itself is masked"


@pytest.mark.parametrize("encoding", WRAPPERS)
@pytest.mark.parametrize("plain", PLAIN)
def test_p4_encoded_run_that_holds_a_secret_is_masked_whole(plain: str, encoding: str) -> None:
    encoded = WRAPPERS[encoding](PLAIN[plain])
    masked = REDACTOR.redact_text(f"sent: {encoded} once")
    assert masked.startswith("sent: ")
    assert masked.endswith(" once")
    assert "[REDACTED:encoded]" in masked
    longest = max(encoded.split(), key=len)
    assert not any(longest[at : at + 24] in masked for at in range(0, len(longest) - 24, 8))


@pytest.mark.parametrize("encoding", ["base64", "base64url", "hex", "gzip in base64"])
def test_p4_encoded_run_that_was_cut_is_masked_too(encoding: str) -> None:
    encoded = WRAPPERS[encoding](PLAIN["json"] + "x" * 30)
    assert REDACTOR.redact_text(f"sent {encoded[:-7]}") == "sent [REDACTED:encoded]"


def test_path_before_an_encoded_run_stays() -> None:
    """Its letters are those of base64, so up to three of them may go with the run."""
    run = WRAPPERS["base64url"](PLAIN["json"])
    masked = REDACTOR.redact_text(f"/api/v1/callback/{run}/next")
    assert masked.startswith("/api/v1/callb")
    assert masked.endswith("[REDACTED:encoded]/next")


@pytest.mark.parametrize("encoding", WRAPPERS)
def test_encoded_text_without_a_secret_stays(encoding: str) -> None:
    cursor = json.dumps({"after": 1234, "order": "asc", "page_size": 50})
    text = f"cursor {WRAPPERS[encoding](cursor)} end"
    assert REDACTOR.redact_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        hashlib.sha256(b"x").hexdigest(),
        base64.b64encode(hashlib.sha512(b"x").digest()).decode(),
        base64.b64encode(bytes(range(256)) * 8).decode(),
        "sha256-" + base64.b64encode(hashlib.sha256(b"y").digest()).decode(),
        "/api/v2/checkout/ServiceInterfaceController/getItemsByCategory",
        "caf%C3%A9%20%E5%8C%97%E4%BA%AC &amp; &lt;b&gt; \\u00e9t\\u00e9 50% off & 100%",
        "%zz %4 &unknown; \\u12 \\x4 \\u{110000} &#9999999;",
    ],
)
def test_hash_image_and_harmless_escapes_stay(text: str) -> None:
    assert REDACTOR.redact_text(text) == text


def test_p4_value_encoded_more_often_than_is_looked_at_is_replaced_whole() -> None:
    text = PLAIN["json"]
    for _ in range(9):
        text = quote(text, safe="")
    assert REDACTOR.redact_text(text) == "[REDACTED:unredactable]"


def test_p4_zip_bomb_is_replaced_whole() -> None:
    bomb = base64.b64encode(gzip.compress(b"a" * 50_000_000)).decode()
    assert REDACTOR.redact_text(f"x {bomb}") == "[REDACTED:unredactable]"


@pytest.mark.parametrize(
    "key",
    ["pаsswоrd", "ＰＡＳＳＷＯＲＤ", "𝐩𝐚𝐬𝐬𝐰𝐨𝐫𝐝", "pásswörd", "раss_wоrd", "ρassword", "p\u00adass\u200bword"],  # noqa: RUF001 - the point
)
def test_p4_key_of_letters_that_look_like_others_is_a_key(key: str) -> None:
    assert S not in REDACTOR.redact_text(f"login with {key}={S}, sorry")
    assert S not in json.dumps(REDACTOR.redact_value({key: S}))
    assert S not in REDACTOR.redact_text(json.dumps({"a": {key: S}}, ensure_ascii=False)[:-2])
