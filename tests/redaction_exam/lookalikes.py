"""Names and values that look like secrets and are none: what the policy says must survive, and what resembles it."""

import base64
import string
from collections.abc import Callable
from typing import Final

from .draw import ALNUM, Draw

Pair = tuple[str, str]
"""Name and value."""


def _epoch(draw: Draw) -> str:
    return str(draw.randrange(1_500_000_000, 1_900_000_000) * draw.choice((1, 1000)) + draw.randrange(999))


def _date(draw: Draw) -> str:
    return f"20{draw.randrange(10, 27)}-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}"


def _moment(draw: Draw) -> str:
    return f"{_date(draw)}T{draw.randrange(24):02d}:{draw.randrange(60):02d}:{draw.randrange(60):02d}Z"


def _no_card(draw: Draw) -> str:
    """Sixteen digits in no issuer's range."""
    return draw.choice("189") + draw.digits(15)


def _address(draw: Draw) -> str:
    return ".".join(str(draw.randrange(1, 255)) for _ in range(4))


_VALUES: Final[dict[str, Callable[[Draw], str]]] = {
    "uuid": Draw.uuid,
    "hex32": lambda d: d.hex(32),
    "hex40": lambda d: d.hex(40),
    "hex64": lambda d: d.hex(64),
    "sha": lambda d: "sha256:" + d.hex(64),
    "integrity": lambda d: "sha384-" + base64.b64encode(d.randbytes(48)).decode(),
    "count": lambda d: d.digits(d.randrange(1, 6)),
    "userid": lambda d: d.digits(d.choice((6, 9, 10, 18))),
    "snowflake": lambda d: "17" + d.digits(17),
    "epoch": _epoch,
    "date": _date,
    "moment": _moment,
    "price": lambda d: f"{d.digits(d.randrange(1, 5))}.{d.text(string.digits, 2)}",
    "ratio": lambda d: f"0.{d.text(string.digits, 10)}",
    "version": lambda d: f"{d.randrange(20)}.{d.randrange(30)}.{d.randrange(9)}",
    "image": lambda d: f"registry.local/shop/{d.word(2)}:{d.randrange(20)}.{d.randrange(9)}.{d.digits(3)}",
    "package": lambda d: f"@acme/{d.word(2)}@{d.randrange(20)}.{d.randrange(9)}.{d.randrange(9)}",
    "ip": _address,
    "ordernumber": _no_card,
    "tracking": lambda d: "1Z" + d.text(string.ascii_uppercase + string.digits, 16),
    "isbn": lambda d: "978" + d.digits(10),
    "username": lambda d: d.word(2) + d.choice((".", "_", "")) + d.digits(2),
    "bool": lambda d: d.choice(("true", "false")),
    "word": lambda d: d.choice(("strong", "required", "rotating", "standard", "enabled", "optional")) + "-" + d.word(2),
    "scheme": lambda d: d.choice(("bearer", "Bearer", "basic", "apikey")),
    "code": lambda d: "E_" + d.word(2).upper(),
    "etag": lambda d: f'W/"{d.hex(16)}"',
    "title": lambda d: d.choice(("Secretary of ", "Author of ", "The Token Ring ", "Password Manager ")) + d.word(),
    "traceparent": lambda d: f"00-{d.hex(32)}-{d.hex(16)}-01",
    "url": lambda d: f"https://shop.example.com/{d.word(2)}/{d.digits(5)}",
    "publickey": lambda d: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5" + d.text(ALNUM, 48),
    "names": lambda d: ",".join(d.word(2) for _ in range(3)),
}
_ENGLISH: Final = """
uuid: requestId x-request-id correlation_id Idempotency-Key idempotencyKey orderId cart_id userUuid tenant_id
hex32: traceId trace_id md5 checksum contentHash etag fingerprint x-b3-traceid
hex40: commit git_sha sha1 buildRevision
hex64: sha256 digest blob_hash txHash
sha: image_digest layer
integrity: integrity
count: token_count tokenCount max_tokens prompt_tokens total_tokens session_count cookie_count
count: password_length passwordMinLength
count: keyCount passenger_count emailCount phone_count secretsTotal retries pinned_items card_count passed failed_logins
userid: userId user_id customerId account_id authorId
snowflake: tweet_id message_id snowflake orderNo
epoch: created_at timestamp token_expires_at expiresAt password_changed_at exp iat lastLogin sessionExpires
date: password_expiry token_expiry date updated passport_expiry card_expires release_date due_date
moment: passwordUpdatedAt startedAt lastTokenRefresh occurred_at
price: price total amount authorization_amount token_price shippingCost
ratio: latitude score token_usage_ratio cpu
version: version app_version tokenizer_version tls_version api_version keyboardVersion
image: image container
package: dependency package
ip: ip ip_address client_ip hostAddress remote_addr
ordernumber: order_number invoice_no parcel
tracking: tracking_number shipment
isbn: isbn ean barcode
username: username user_name login author createdBy secretary monkey assignee owner
bool: passwordRequired has_password token_valid email_verified phoneVerified otpEnabled
bool: bypass authenticated is_secret mfa_enabled
word: password_policy passwordPolicy token_mode session_policy cookie_policy
word: auth_method secret_type credential_type key_type
scheme: token_type tokenType auth_scheme auth_type
code: error_code errorCode code status_text reason
etag: ETag If-None-Match
title: title book subject headline product_name
traceparent: traceparent
url: token_endpoint authorization_url password_reset_url passwordResetUrl login_url keysUrl jwks_uri
publickey: public_key publicKey sshPublicKey
names: keywords password_fields secret_names required_keys cookie_names
"""
_CHINESE: Final = """
count: 数量 密码长度 令牌数量 登录次数 验证码有效期 库存
word: 密码策略 密码强度 会话策略 验证方式
ordernumber: 订单号 流水号
price: 价格 金额 总价
date: 日期 密码过期日期 下单日期
version: 版本 版本号
ip: IP地址 服务器地址
username: 用户名 作者 操作员
uuid: 请求编号 请求ID
bool: 是否启用密码 邮箱已验证 手机号已验证
url: 网址 密码重置链接
hex32: 跟踪号 校验和
code: 错误码
"""


def _table(text: str) -> list[tuple[str, str]]:
    """(name, class of values)."""
    pairs: list[tuple[str, str]] = []
    for line in text.strip().splitlines():
        values, _, names = line.partition(": ")
        pairs += [(name, values) for name in names.split()]
    return pairs


_ENGLISH_NAMES: Final = _table(_ENGLISH)
_CHINESE_NAMES: Final = _table(_CHINESE)
_LONG: Final = ("uuid", "hex32", "hex40", "ordernumber", "snowflake", "word", "username", "ip", "code", "moment")


def lookalike(draw: Draw, *, chinese: bool = False) -> tuple[str, Pair]:
    """A class of lookalikes, and one of them."""
    key, values = draw.choice(_CHINESE_NAMES if chinese else _ENGLISH_NAMES)
    return values, (key, _VALUES[values](draw))


def neighbours(draw: Draw, number: int, *, chinese: bool = False) -> list[Pair]:
    """What stands beside a secret: lookalikes whose values are long enough to be missed, and safe without quotes."""
    table = [pair for pair in (_CHINESE_NAMES if chinese else _ENGLISH_NAMES) if pair[1] in _LONG]
    return [(key, _VALUES[values](draw)) for key, values in draw.sample(table, number)]
