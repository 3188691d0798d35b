"""URLs that carry secrets: in userinfo, query, fragment and path. Returns text; what else a URL says must survive."""

from urllib.parse import quote

from .draw import ALNUM, URLSAFE, Draw
from .lookalikes import Pair
from .model import Secret

Url = tuple[str, tuple[str, ...], tuple[str, ...]]
"""The URL, the secret's cores, what must survive."""


def _host(draw: Draw) -> str:
    return draw.choice(("shop.example.com", "api.example.org:8443", "10.1.2.3:8080", "login-staging.example.com"))


def _pairs(draw: Draw, secret: Secret, near: list[Pair]) -> str:
    pairs = [(secret.key, secret.value), *near]
    draw.shuffle(pairs)
    around = draw.choice(("{}", "{}", "{}", "{}", "user[{}]", "filter.{}"))
    return "&".join(f"{quote(around.format(k), safe='')}={quote(v, safe='')}" for k, v in pairs)


def userinfo(draw: Draw, secret: Secret, near: list[Pair]) -> Url:
    """`https://user:password@host/`."""
    user, word, host = draw.word() + draw.digits(2), draw.opaque(draw.randrange(8, 16)), _host(draw)
    scheme = draw.choice(("https", "http", "ftp", "sftp", "git+https", "wss"))
    tail = f"/orders?{near[0][0]}={near[0][1]}" if near[0][0].isascii() else "/orders"
    del secret
    return (
        f"{scheme}://{user}:{word}@{host}{tail}",
        (word,),
        (scheme, host, "/orders", near[0][1] if "?" in tail else host),
    )


def query(draw: Draw, secret: Secret, near: list[Pair]) -> Url:
    """`?token=…&page=2`, the names percent-encoded where they must be."""
    host = _host(draw)
    path = f"/api/v2/{draw.word(2)}"
    values = tuple(v for _, v in near if v.replace("-", "").replace(".", "").replace("_", "").isalnum())
    fragment = draw.choice(("", "", "#section-2"))
    return f"https://{host}{path}?{_pairs(draw, secret, near)}{fragment}", secret.cores, (host, path, *values, fragment)


def relative(draw: Draw, secret: Secret, near: list[Pair]) -> Url:
    """A path with a query, as clients name requests."""
    path = f"/{draw.word(2)}/{draw.digits(4)}"
    return f"{path}?{_pairs(draw, secret, near[:1])}", secret.cores, (path,)


def fragment(draw: Draw, secret: Secret, near: list[Pair]) -> Url:
    """OAuth's implicit answer, and single page applications that route behind the `#`."""
    host = _host(draw)
    route = draw.choice(("", "/callback?", "!/login?"))
    values = tuple(v for _, v in near if v.isalnum())
    return f"https://{host}/app#{route}{_pairs(draw, secret, near)}", secret.cores, (host, "/app", *values)


def oauth_callback(draw: Draw, secret: Secret, near: list[Pair]) -> Url:
    """`code` beside `state` is a code of OAuth (RFC 6749, 4.1.2)."""
    del secret
    host, code = _host(draw), draw.choice(("4/0A", "", "SplxlO")) + draw.text(URLSAFE, 32)
    url = f"https://{host}/oauth/callback?code={quote(code, safe='')}&state={draw.text(ALNUM, 12)}"
    return url + f"&{quote(near[0][0])}={near[0][1]}", (code[4:],), (host, "/oauth/callback", near[0][1])


def path(draw: Draw, secret: Secret, near: list[Pair]) -> Url:
    """Secrets as segments, told by the segment before or by their shape."""
    del secret
    host, token = _host(draw), draw.opaque(draw.randrange(24, 44))
    before = draw.choice(
        ("token", "reset-password", "verify-email", "api-key", "password/reset", "unsubscribe/token", "magic-link")
    )
    tail = draw.choice(("", "/confirm", f"?{quote(near[0][0])}={near[0][1]}"))
    return (
        f"https://{host}/account/{before}/{token}{tail}",
        (token,),
        (host, "/account/", before, tail.partition("=")[2]),
    )


def matrix(draw: Draw, secret: Secret, near: list[Pair]) -> Url:
    """`;jsessionid=…` within the path (RFC 3986, 3.3)."""
    del secret
    session = draw.hex(32).upper()
    host = _host(draw)
    tail = f"?{quote(near[0][0])}={near[0][1]}"
    return f"https://{host}/cart;jsessionid={session}{tail}", (session,), (host, "/cart", near[0][1])


def signed(draw: Draw, secret: Secret, near: list[Pair]) -> Url:
    """Pre-signed URLs of object stores: whoever has the signature has the object."""
    del secret, near
    signature, key = draw.hex(64), f"exports/{draw.word()}.csv"
    url = (
        f"https://bucket.s3.amazonaws.com/{key}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260504T093000Z"
        f"&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
    )
    return url, (signature,), ("bucket.s3.amazonaws.com", key, "X-Amz-Expires=900")


BUILDERS = {
    "url userinfo": userinfo,
    "url query": query,
    "url relative": relative,
    "url fragment": fragment,
    "url oauth": oauth_callback,
    "url path": path,
    "url matrix": matrix,
    "url signed": signed,
}
