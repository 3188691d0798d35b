"""Names that secrets stand under, and the ways people write them: camel, kebab, snake, prefixed, glued, Chinese."""

from typing import Final

from .draw import Draw

_ENGLISH: Final = {
    "password": "password|passwd|pwd|pass phrase|passcode|user password|login password|password confirmation"
    "|confirm password|db password|smtp password|root password|secret answer|security answer",
    "secret": "client secret|api secret|secret key|shared secret|webhook secret|signing key|encryption key|app secret"
    "|consumer secret|signing secret|master key|secret access key|hmac secret",
    "token": "access token|refresh token|id token|auth token|token|bearer token|reset token|verification token"
    "|api token|personal access token|device token|invite token|user access token|security token|jwt",
    "api key": "api key|access key|subscription key|license key|x api key|service api key|private api key",
    "session": "session id|session token|session key|session|sid|user session id",
    "csrf": "csrf token|xsrf token|csrf|authenticity token|anti csrf token|csrf middleware token",
    "otp": "otp|otp code|one time password|mfa code|totp|verification code|sms code|two factor code|one time code",
    "cvv": "cvv|cvc|card cvv|security code",
    "oauth code": "authorization code|auth code|code verifier|oauth code",
    "private key": "private key|ssh private key|rsa private key|private key pem",
    "credential": "credentials|credential|authorization|proxy authorization|auth",
    "email": "email|email address|contact email|e mail|user email|billing email",
    "phone": "phone|phone number|mobile|mobile number|mobile phone|contact phone|telephone",
    "card": "card number|credit card|card no|credit card number|pan|payment card number",
    "iban": "iban|iban number|creditor iban|payout iban",
    "ssn": "ssn|social security number|tax ssn",
    "prc id": "id card|id card number|resident id|id card no|national id",
    "cpf": "cpf|cpf number|customer cpf",
    "aadhaar": "aadhaar|aadhaar number|aadhaar no",
    "name": "first name|last name|full name|surname|given name|family name|real name|middle name",
    "birth date": "date of birth|birth date|dob|birthday",
    "address": "street address|home address|billing address|shipping address|postal address|mailing address",
    "passport": "passport|passport number|passport no",
    "bank account": "bank account|bank account number|account number|bank account no",
}
_CHINESE: Final = {
    "password": "密码|登录密码|新密码|旧密码|确认密码|支付密码|口令|用户密码|密碼",
    "secret": "密钥|应用密钥|签名密钥|加密密钥",
    "token": "令牌|访问令牌|刷新令牌|授权令牌",
    "api key": "接口密钥|API密钥|访问密钥",
    "otp": "验证码|短信验证码|动态口令|手机验证码|驗證碼",
    "private key": "私钥",
    "email": "邮箱|电子邮箱|邮箱地址|联系邮箱",
    "phone": "手机号|手机号码|电话|联系电话|手机|电话号码|手機號碼",
    "card": "银行卡号|信用卡号|卡号",
    "prc id": "身份证|身份证号|身份证号码|身份证件号|居民身份证号",
    "name": "姓名|真实姓名|收货人姓名|持卡人姓名",
    "birth date": "出生日期|生日|出生年月日",
    "address": "家庭住址|收货地址|详细地址|通讯地址|住址",
    "passport": "护照|护照号|护照号码",
    "bank account": "银行账号|银行账户|开户账号",
}
KINDS: Final = tuple(_ENGLISH)
CHINESE_KINDS: Final = tuple(_CHINESE)

_PREFIXES: Final = ("new", "old", "current", "my", "app", "shop", "stripe", "admin", "backup", "legacy")
_UNPREFIXED: Final = frozenset({"session", "name", "credential", "csrf", "cvv"})


def spell(draw: Draw, words: str) -> str:
    """The words as some program's author would write them as one name."""
    parts = words.split()
    style = draw.randrange(8)
    if style < 2:
        return parts[0] + "".join(part.capitalize() for part in parts[1:])
    if style < 4:
        return "_".join(parts)
    if style == 4:
        return "-".join(parts)
    if style == 5:
        return "".join(part.capitalize() for part in parts)
    if style == 6:
        return "_".join(parts).upper()
    glued = "".join(parts)
    return glued if len(parts) < 3 or len(parts[-1]) > 4 else "_".join(parts)


def name_for(draw: Draw, kind: str, *, chinese: bool) -> str:
    """A name that a value of this kind stands under."""
    if chinese:
        return draw.choice(_CHINESE[kind].split("|"))
    words = draw.choice(_ENGLISH[kind].split("|"))
    if kind not in _UNPREFIXED and len(words) > 3 and draw.chance(0.25):
        words = f"{draw.choice(_PREFIXES)} {words}"
    return spell(draw, words)


def header_name(draw: Draw, words: str) -> str:
    """The words as the name of a header."""
    name = "-".join(word.capitalize() for word in words.split())
    return name if name.startswith("X-") or draw.chance(0.3) else f"X-{name}"
