"""Secrets that are recognised by their own shape, wherever they stand: prefixes, JWT, PEM, credentials in URLs, e-mail.

Numbers are in `numbers.py`. No rule measures entropy: that is what damages hashes and ids.
"""

import binascii
import re
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from .linear import Finder
from .marks import Span

Refine: TypeAlias = Callable[[str, int, int], tuple[int, int] | None]
"""From a match to the part that must go, or None if it was a lookalike."""

_TOKEN: Final = r"[A-Za-z0-9_\-]"
_NAME: Final = re.compile(r"[a-z]++(?:(?:[_\-][a-z]++)*+|(?:[A-Z][a-z]++)*+)=")

_PREFIXES: Final = "|".join(
    (
        r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{8,}",  # AWS
        r"gh[pousr]_[A-Za-z0-9]{8,}|github_pat_[A-Za-z0-9_]{8,}",
        rf"gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent)-{_TOKEN}{{8,}}",  # GitLab
        r"xox[a-z]-[A-Za-z0-9\-]{8,}|xapp-\d-[A-Za-z0-9\-]{8,}|xoxe\.xox[bp]-[A-Za-z0-9\-]{8,}",  # Slack
        r"(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=]{8,}",  # Stripe, Standard Webhooks
        rf"sk-{_TOKEN}{{12,}}|(?:gsk|xai|tvly|nvapi|pplx|r8|fw|csk|sk)[-_]{_TOKEN}{{20,}}",  # model providers
        rf"AIza{_TOKEN}{{16,}}|ya29\.{_TOKEN}{{8,}}|GOCSPX-{_TOKEN}{{8,}}|1//0{_TOKEN}{{16,}}",  # Google
        rf"(?:hf|npm|dckr_pat|dop_v1|doo_v1|dor_v1|shpat|shpca|shppa|shpss|lin_api|figd|ntn|rnd|glsa|glc|sntrys|sntryu|nfp"
        rf"|pscale_tkn|pscale_pw|secret|vercel|sbp|phc|phx|squ|sqp|sqa|sgp|tfp|shippo_live|shippo_test|rdme)_{_TOKEN}{{16,}}",
        rf"(?:pul|PMAK|fio-u|NRAK|tskey(?:-[a-z]+)?|xkeysib)-{_TOKEN}{{16,}}|(?:atlasv1|dt0c01|dp\.(?:st|pt|ct|sa|scim))\.{_TOKEN}{{16,}}",
        rf"(?:ATATT3x|ATCTT3x|ATBB|AKCp|EZAK|EZTK){_TOKEN}{{16,}}|dapi[0-9a-f]{{32}}|fm[12]_{_TOKEN}{{20,}}",
        rf"pypi-{_TOKEN}{{16,}}|SG\.{_TOKEN}{{8,}}\.{_TOKEN}{{8,}}|key-[0-9a-f]{{32}}|EAA[A-Za-z0-9]{{24,}}",
        rf"sq0(?:atp|csp|idp)-{_TOKEN}{{8,}}|hvs\.{_TOKEN}{{16,}}|hvb\.{_TOKEN}{{16,}}|s\.[A-Za-z0-9]{{24}}",
        r"LTAI[A-Za-z0-9]{10,}|AKID[A-Za-z0-9]{12,}|AGE-SECRET-KEY-1[A-Z0-9]{8,}",  # Aliyun, Tencent, age
        rf"\d{{8,10}}:AA{_TOKEN}{{24,}}|[MNO][A-Za-z0-9_-]{{22,26}}\.{_TOKEN}{{6}}\.{_TOKEN}{{20,}}",  # chat bots
        r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{16,}|\$argon2(?:i|d|id)\$[A-Za-z0-9$=,+/.]{8,}",  # hashes of passwords
    )
)
_PATH: Final = r"[^\s\"'<>\\?#&,;)\x{3000}-\x{303f}\x{4e00}-\x{9fff}\x{ff00}-\x{ffef}]+"
_WEBHOOKS: Final = (
    rf"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/{_PATH}"
    rf"|discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/{_PATH}"
    rf"|webhook\.office\.com/webhookb2/{_PATH}|outlook\.office(?:365)?\.com/webhook/{_PATH}"
    r"|api\.telegram\.org/bot[\w:\-]+"
    rf"|open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/{_PATH}"
    rf"|hooks\.zapier\.com/hooks/catch/{_PATH}"
    rf"|qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key={_PATH}"
)
_WEBHOOK_STARTS: Final = (
    *("/services/", "/workflows/", "/triggers/", "/webhooks/", "/webhookb2/", "/webhook/"),
    *("/bot", "/hook/", "/catch/", "?key="),
)


def _random(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Names may begin like tokens: `npm_config_user_agent`. They have small letters and words only."""
    found = text[start:end]
    return None if found.islower() and not any(map(str.isdigit, found)) else (start, end)


def _after_scheme(text: str, start: int, end: int) -> tuple[int, int] | None:
    """`Bearer abc.def`: what follows, if it looks like a credential and not like prose or a challenge."""
    scheme, rest = text[start:end].split(None, 1)
    if (rest.endswith("=") or text[end : end + 1] == ":") and text[end : end + 2].strip(":")[:1].isalnum():
        return None  # the next of several pairs
    if text[end : end + 1] in ("\\", '"', "'") and _NAME.fullmatch(rest):
        return None  # a parameter of a challenge, or the next pair
    if rest.startswith(("-", "realm=", "error=", "scope=", "charset=")):
        return None
    if scheme.lower() == "basic":
        return (end - len(rest), end) if _is_user_and_password(rest) else None
    plain = rest.rstrip(".,;:")
    if len(plain) < 20 and plain.isalpha() and (plain.islower() or plain.istitle()):
        return None
    return end - len(rest), end - len(rest) + len(plain)


def _is_user_and_password(encoded: str) -> bool:
    usable = encoded.rstrip("=")
    usable = usable[: len(usable) - (len(usable) % 4 == 1)]
    try:
        decoded = b64decode(usable + "=" * (-len(usable) % 4))
    except (binascii.Error, ValueError):
        return False
    return b":" in decoded and decoded.decode("utf-8", "replace").isprintable()


def _jwt(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A JOSE header (RFC 7515, 4) in the first segment, be it cut. Other base64 of JSON, such as cursors, stays."""
    header = text[start:end].split(".", 1)[0]
    header = header[: len(header) - (len(header) % 4 == 1)]
    try:
        decoded = urlsafe_b64decode(header + "=" * (-len(header) % 4))
    except (binascii.Error, ValueError):
        return None
    return (start, end) if any(name in decoded for name in (b'"alg"', b'"typ"', b'"enc"', b'"kid"')) else None


def _userinfo(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The password of `scheme://user:password@`; a lone long user name is a token. The user's name stays."""
    if text[start] != ":":  # Oracle's user/password@host
        return text.index("/", start) + 1, end - 1
    start += 3
    if text[end - 1] == "@":
        end -= 1
    elif (
        text[end : end + 1].strip() or text[start] == "["
    ):  # only a cut text, or one of several, may end within the password
        return None
    user, colon, password = text[start:end].partition(":")
    if not colon:
        return (start, end) if len(user) >= 20 and text[end : end + 1] == "@" else None
    if not password or (text[end : end + 1] != "@" and password.isdigit()) or _PORT.match(password):
        return None
    return start + len(user) + 1, end


_PORT: Final = re.compile(r"\d{1,5}[;,/?#]")
"""And what follows it."""
_NO_MAIL: Final = ("png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "ts", "py", "html", "json", "md")


def _email(text: str, start: int, end: int) -> tuple[int, int] | None:
    address = text[start:end]
    if text.startswith("://", start - 3) or address.startswith("git@"):
        return None
    last = address.rpartition(".")[2].lower()
    return None if last in _NO_MAIL or not last[:2].isalpha() else (start, end)


def _pem(text: str, start: int, end: int) -> tuple[int, int]:
    """A private key to its END line, or to the end of a text that was cut."""
    close = text.find("-----END", end)
    if close < 0:
        return start, len(text)
    last = text.find("-----", close + 8)
    return start, len(text) if last < 0 else last + 5


def _webhook(text: str, start: int, end: int) -> tuple[int, int]:
    """The path that is the token; host and the path's fixed beginning stay."""
    found = text[start:end]
    at = max(found.find(sign) + len(sign) for sign in _WEBHOOK_STARTS if sign in found)
    return start + at, end


_SHAPES: Final[tuple[tuple[str, str, Refine], ...]] = (
    ("private_key", r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d", _pem),
    ("webhook", _WEBHOOKS, _webhook),
    ("authorization", r"\b(?i:bearer|basic)[ \t]{1,4}[A-Za-z0-9\-._~+/]{6,}=*", _after_scheme),
    (
        "password",
        r"://[^\s/?#\"'<>\\@:]*(?::[^\s/?#\"'<>\\]*@|@|:[^\s\"'<>\\@]{1,128}@|:[^\s/?#\"'<>\\@]+)"
        r"|\b(?:thin|oci8?):[\w.$#\-]+/[^\s@\"'<>\\]+@",
        _userinfo,
    ),
    ("jwt", r"\beyJ[A-Za-z0-9_\-]{6,}(?:\.[A-Za-z0-9_\-]*){0,4}", _jwt),
    ("token", rf"\b(?:{_PREFIXES})|\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{{16,}}", _random),
    ("email", r"[A-Za-z0-9_.+%\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+", _email),
)
PATTERN: Final = "|".join(f"({pattern})" for _, pattern, _ in _SHAPES)
"""One group for each shape, none inside."""

_FIND: Final = Finder(PATTERN)


def shape_spans(text: str, source: bytes) -> Iterator[Span]:
    """Every known shape in `text`, left to right; `source` is the same for RE2."""
    at = 0
    while (found := _FIND.find(source, at)) is not None:
        start, end = found[0]
        kind, _, refine = next(shape for shape, (begin, _) in zip(_SHAPES, found[1:], strict=True) if begin >= 0)
        part = refine(text, start, end)
        if part is None and refine is _userinfo:
            end = start + 3  # no password, but an address may stand in the query
        at = max(end, part[1]) if part else end
        if part:
            yield Span(*part, kind)
