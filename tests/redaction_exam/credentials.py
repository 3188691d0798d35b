"""Credentials of the shapes that real ones have. All are drawn; none was ever issued by anyone."""

import base64
import json
import string
from collections.abc import Callable
from typing import Final

from .draw import ALNUM, URLSAFE, Draw
from .model import Rank

Value = tuple[str, tuple[str, ...], Rank, bool]
"""Value, its cores, its rank, whether its shape alone tells what it is."""
_SAFE_MARKS: Final = "!#$%*+-.?@^_~"
_ALL_MARKS: Final = _SAFE_MARKS + "\"'&<>=;,/\\|:() "


def password(draw: Draw) -> Value:
    """As people choose them, as policies force them, and as generators make them."""
    style = draw.randrange(7)
    if style == 0:
        value = draw.word().capitalize() + draw.digits(4) + draw.choice("!#?")
    elif style == 1:
        value = draw.text(ALNUM, draw.randrange(8, 20))
    elif style == 2:
        value = "-".join(draw.word(2) for _ in range(4))
    elif style == 3:
        value = draw.digits(8)
    elif style == 4:
        value = draw.choice(string.ascii_uppercase) + draw.text(ALNUM + "!#$*_.~", 11)
    elif style == 5:
        return (value := " ".join(draw.word(2) for _ in range(4))), (value,), 1, False
    else:
        value = draw.opaque(5) + draw.text(_ALL_MARKS, 4).strip() + draw.opaque(5)
        return value, (value[:5], value[-5:], value), 1, False
    return value, (value,), 0, False


def opaque(draw: Draw) -> Value:
    """What servers hand out: random characters, hex, a UUID, base64 with padding."""
    style = draw.randrange(6)
    if style == 0:
        value = draw.hex(draw.choice((32, 40, 64)))
    elif style == 1:
        value = draw.uuid()
    elif style == 2:
        value = base64.b64encode(draw.randbytes(draw.choice((16, 31, 32)))).decode()
    elif style == 3:
        value = draw.text(URLSAFE, 43)
    elif style == 4:
        value = draw.opaque(20) + "." + draw.text(URLSAFE, 27)
    else:
        value = draw.opaque(draw.randrange(16, 48))
    return value, (value,), 0, False


def jwt(draw: Draw) -> Value:
    """Header, claims and signature (RFC 7519)."""
    header = {"alg": draw.choice(("HS256", "RS256", "ES256")), "typ": "JWT"}
    if draw.chance(0.4):
        header["kid"] = draw.word(2)
    claims = {"sub": draw.digits(8), "iat": 1_700_000_000 + draw.randrange(10**7), "jti": draw.hex(16)}
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims))
    signature = draw.text(URLSAFE, 43)
    return f"{head}.{body}.{signature}", (body[12:], signature), 0, True


_PROVIDERS: Final[tuple[tuple[str, Callable[[Draw], str]], ...]] = (
    ("ghp" + "_", lambda d: d.opaque(36)),
    ("gho" + "_", lambda d: d.opaque(36)),
    ("github" + "_pat_", lambda d: d.opaque(22) + "_" + d.opaque(59)),
    ("glpat" + "-", lambda d: d.opaque(20)),
    ("xox" + "b-", lambda d: f"{d.digits(12)}-{d.digits(13)}-{d.opaque(24)}"),
    ("sk" + "_live_", lambda d: d.opaque(24)),
    ("rk" + "_live_", lambda d: d.opaque(24)),
    ("whsec" + "_", lambda d: d.opaque(32)),
    ("AK" + "IA", lambda d: d.text(string.ascii_uppercase + "234567", 16)),
    ("AI" + "za", lambda d: d.text(URLSAFE, 35)),
    ("ya" + "29.", lambda d: d.text(URLSAFE, 68)),
    ("npm" + "_", lambda d: d.opaque(36)),
    ("SG" + ".", lambda d: d.text(URLSAFE, 22) + "." + d.text(URLSAFE, 43)),
    ("sk-ant" + "-api03-", lambda d: d.text(URLSAFE, 93)),
    ("sk-" + "proj-", lambda d: d.text(URLSAFE, 48)),
    ("hf" + "_", lambda d: d.text(string.ascii_letters, 34)),
    ("dop" + "_v1_", lambda d: d.hex(64)),
    ("shpat" + "_", lambda d: d.hex(32)),
)


def provider(draw: Draw) -> Value:
    """A token whose prefix names who issued it."""
    prefix, rest = draw.choice(_PROVIDERS)
    core = rest(draw)
    return prefix + core, (core,), 0, True


def token(draw: Draw) -> Value:
    """Any token."""
    return draw.choice((opaque, opaque, opaque, jwt, provider))(draw)


def otp(draw: Draw) -> Value:
    """Six digits, sometimes eight."""
    return (value := draw.digits(draw.choice((6, 6, 8)))), (value,), 0, False


def cvv(draw: Draw) -> Value:
    """Four digits: three would be found anywhere by chance."""
    return (value := draw.digits(4)), (value,), 0, False


def private_key(draw: Draw) -> Value:
    """PEM (RFC 7468); the lines of the middle are the secret."""
    name = draw.choice(("RSA ", "EC ", "", "OPENSSH ")) + "PRIVATE KEY"
    lines = tuple(base64.b64encode(draw.randbytes(48)).decode() for _ in range(draw.randrange(2, 6)))
    block = "\n".join((f"-----BEGIN {name}-----", *lines, f"-----END {name}-----"))
    return block, lines, 2, True


def webhook_url(draw: Draw) -> Value:
    """URLs that anyone who knows them can post to."""
    upper = string.ascii_uppercase + string.digits
    secret, url = draw.choice(
        (
            (
                (s := draw.opaque(24)),
                f"https://hooks.slack.com/services/T{draw.text(upper, 8)}/B{draw.text(upper, 8)}/{s}",
            ),
            ((s := draw.text(URLSAFE, 68)), f"https://discord.com/api/webhooks/{draw.digits(18)}/{s}"),
            ((s := draw.opaque(33)), f"https://api.telegram.org/bot{draw.digits(10)}:AA{s}/sendMessage"),
            ((s := draw.uuid()), f"https://open.feishu.cn/open-apis/bot/v2/hook/{s}"),
            ((s := draw.hex(64)), f"https://oapi.dingtalk.com/robot/send?access_token={s}"),
            ((s := draw.uuid()), f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={s}"),
            (
                (s := draw.hex(32)),
                f"https://acme.webhook.office.com/webhookb2/{draw.uuid()}@{draw.uuid()}/IncomingWebhook/{s}/{draw.uuid()}",
            ),
        )
    )
    return url, (secret,), 0, True


def dsn(draw: Draw) -> Value:
    """Connection strings with a password in them."""
    word = draw.opaque(draw.randrange(10, 18))
    host = f"db-{draw.word(2)}.internal"
    url = draw.choice(
        (
            f"postgresql://app_rw:{word}@{host}:5432/shop",
            f"mysql+pymysql://root:{word}@{host}/shop?charset=utf8mb4",
            f"redis://:{word}@{host}:6379/0",
            f"amqp://guest:{word}@{host}:5672/%2F",
            f"mongodb+srv://app:{word}@{host}/?retryWrites=true",
            f"jdbc:postgresql://{host}/shop?user=app&password={word}",
            f"Server=tcp:{host},1433;Database=shop;User ID=app;Password={word};Encrypt=True;",
            f"smtps://mailer%40acme:{word}@{host}:465",
        )
    )
    return url, (word,), 0, True
