"""The vocabulary of key names: data, no logic. `keys.py` says how it is used.

Words are lower case and split as `keys.split` splits them: `newPassword` is `new password`.
"""

from collections.abc import Mapping
from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


STRONG: Final[Mapping[str, str]] = {
    word: kind
    for kind, words in {
        "password": "password passwords passwd passwds pswd pswrd passw pword pwd pwds passphrase passphrases passcode "
        "userpass storepass keypass passwort kennwort senha contraseña contrasena пароль パスワード 비밀번호",
        "token": "token tokens jwt bearer",
        "secret": "secret secrets",
        "credentials": "credential credentials creds",
        "authorization": "authorization",
        "cookie": "cookie cookies",
        "session": "sessionid sessid sessionkey jsessionid phpsessid aspsessionid",
        "csrf": "csrf xsrf csrfmiddleware",
        "otp": "otp totp hotp",
        "key": "apikey apikeys secretkey privatekey accesskey signingkey encryptionkey mnemonic",
        "card": "cvv cvc csc creditcard debitcard cardnumber ccnumber cardno ccnum",
        "national_id": "ssn cpf aadhaar aadhar nino idcard idnumber socialsecurity",
        "iban": "iban",
        "bank_account": "bankaccount accountnumber",
        "passport": "passport passportnumber",
        "birth_date": "dob birthdate birthday dateofbirth",
        "name": "firstname lastname fullname surname middlename givenname familyname maidenname cardholder forename",
        "address": "street streetaddress homeaddress postcode zipcode postalcode addressline",
        "phone": "phone phones phonenumber mobile mobilephone mobilenumber cellphone telephone tel msisdn fax whatsapp",
        "email": "email emails mail",
        "webhook": "webhookurl",
    }.items()
    for word in words.split()
}
"""One of these anywhere in a key, and its last word not safe."""

PAIRS: Final[Mapping[tuple[str, ...], str]] = {
    tuple(phrase.split()): kind
    for kind, phrases in {
        "key": "api key, app key, access key, secret key, private key, signing key, encryption key, "
        "master key, shared key, account key, storage key, license key, auth key, consumer key, "
        "subscription key, session key, ssh key, integration key, routing key, service key, deploy key, "
        "seed phrase, recovery phrase, access keys, api keys",
        "password": "user pass, db pass, admin pass, root pass, smtp pass, ftp pass, mysql pass, redis pass, "
        "auth pass, login pass, pass phrase, pass code, pass word, mot de passe, security answer, "
        "secret answer",
        "session": "session id, session key, sess id",
        "otp": "one time code, mfa code, tfa code, fa code, two factor code, sms code, verification code, verify code, "
        "otp code, totp code, login code, confirmation code, backup code, backup codes, recovery code, "
        "recovery codes, pin code, activation code, reset code, access code, one time password",
        "code": "auth code, authorization code, code verifier, oauth code, device code, user code",
        "token": "client assertion, saml response, saml assertion",
        "signature": "amz signature, goog signature, amz credential, goog credential, shared access signature",
        "webhook": "webhook url, webhook uri, slack webhook, teams webhook, discord webhook",
        "card": "card number, card no, card num, cc number, cc num, credit card, debit card, "
        "security code, card code, card pan, account pan",
        "bank_account": "bank account, bank account no, bank account number, "
        "account number, account no, routing number, sort code",
        "national_id": "social security, national id, resident id, citizen id, personal id, taxpayer id, tax number, "
        "insurance number, fiscal code, tax id, identity number, identity card, id card, id number, "
        "id no, driver license, driver licence, drivers license, driving licence",
        "passport": "passport number, passport no",
        "birth_date": "birth date, date of birth, birth day",
        "name": "first name, last name, full name, sur name, middle name, given name, family name, "
        "maiden name, legal name, real name, holder name, cardholder name, contact name, customer name, "
        "recipient name, patient name, passenger name, receiver name, account holder",
        "address": "street address, address line, home address, billing address, shipping address, "
        "postal address, mailing address, delivery address, residential address, postal code, zip code, "
        "post code, street name",
        "phone": "phone number, mobile number, cell phone, tel no, phone no, contact number",
        "email": "e mail, email address, mail address",
    }.items()
    for phrase in phrases.split(", ")
}
"""Words that are sensitive side by side; the pair may end in a word that is safe elsewhere."""

WEAK: Final[Mapping[str, str]] = {
    "auth": "authorization",
    "session": "session",
    "sid": "session",
    "pass": "password",
    "pw": "password",
    "pin": "pin",
    "pan": "card",
    "zip": "address",
    "address": "address",
    "webhook": "webhook",
}
"""Sensitive as the last word only, and only before values that look the part (`values.py`)."""

SAFE: Final = _set(
    """
    count counts counter type types kind expires expiry expired expiration policy policies length len size url
    urls uri endpoint link at in ttl age max min limit limits used usage remaining total status state enabled
    disabled required valid invalid strength format pattern rule rules field fields label placeholder name names
    header headers param version algorithm alg method methods mode scheme scope scopes issuer audience provider
    source location path file filename dir directory prefix index position offset id ids user username login
    error errors message msg reason description desc title help changed updated created modified date time
    timestamp timeout duration seconds minutes hours days ms attempts retries failures reset page form screen
    view button visible supported available exists present set verified confirmed country region category bucket
    store manager service class handler generator validator model schema template domain samesite parser
    refresh refreshed renewal amount amounts sum fee total totals protected encrypted masked hashed allowed denied
    ref refs reference separator ratio rate budget per second price cost lifetime rotation rotated issued revoked
    """
)
"""A key that ends in one of these speaks about the secret and does not hold it."""

PLURALS: Final = _set("tokens secrets passwords cookies credentials creds emails phones")
"""As the last word: a number beside it counts them."""

FILE_ENDINGS: Final = tuple(
    f".{end}"
    for end in _set(
        """
        rs go py js ts jsx tsx mjs cjs vue java kt kts scala groovy rb php c cc cpp h hpp cs swift m mm ex exs erl hs
        lua pl sh bash ps1 sql csv tsv json jsonl xml html htm md rst txt yml yaml toml ini cfg conf log lock proto
        tf dart
        """
    )
)
"""Of a name that ends in one of these, it is a file: `token.rs:89`."""

NEVER: Final = _set("public publishable")
"""Anywhere in a key: it is meant to be known."""

PREDICATES: Final = _set(
    """
    is has have needs need requires require allow allows enable disable show hide can should supports use uses
    """
)
"""As the first word: the value says yes or no."""

NO_KEY: Final = _set(
    "idempotency cache surrogate partition sort primary foreign correlation request trace dedup unique event object"
)
"""A header `X-…-Key` with one of these names something and opens nothing."""

NO_ADDRESS: Final = _set(
    """
    ip mac web url remote bind host server contract wallet memory peer local client listen source destination
    src dst network gateway node proxy base virtual physical email mail
    """
)
"""`address` behind one of these is no postal address."""

_NOT_GLUED: Final = _set("street mobile address bearer tokens")
"""Ends of words that mean other things, as in `mainstreet` and `automobile`."""

GLUED: Final[Mapping[str, str]] = {
    **{word: kind for word, kind in STRONG.items() if len(word) > 6 and word.isascii() and word not in _NOT_GLUED},
    **{"".join(pair): kind for pair, kind in PAIRS.items() if all(len(word) > 2 for word in pair)},
    "token": "token",
    "tokens": "token",
    "secret": "secret",
    "passwd": "password",
    "email": "email",
    "emailaddress": "email",
    "passportno": "passport",
    **dict.fromkeys(("otp", "otpcode"), "otp"),
    **dict.fromkeys(("cvv", "cvc"), "card"),
    **dict.fromkeys(("csrf", "xsrf"), "csrf"),
    "ssn": "national_id",
}
"""Ends of words written together, such as `useraccesstoken`."""

GLUED_START: Final[Mapping[str, str]] = {
    f"password{end}": "password" for end in _set("new old confirm confirmation again repeat current verify hash digest")
}
"""Whole words that a glued end does not explain."""

CHINESE: Final[Mapping[str, str]] = {
    word.lower(): kind
    for kind, words in {
        "password": "密码 口令 密碼 通行碼",
        "key": "密钥 私钥 秘钥 密鑰 私鑰 秘鑰 金鑰 金钥",
        "token": "令牌 權杖 权杖",
        "code": "授权码 授權碼",
        "credentials": "凭据 憑據 登录凭证 访问凭证 登入憑證",
        "pin": "PIN码 PIN碼",
        "csrf": "防伪标记",
        "otp": "验证码 校验码 动态码 短信码 動態碼 驗證碼 校驗碼 簡訊碼",
        "phone": "手机 手機 电话 電話",
        "email": "邮箱 郵箱 邮件地址 电子邮件 電子郵件 電郵 信箱",
        "national_id": "身份证 身分證 身份證 证件号 證件號 社保号 社会保障号 社會保障號 税号 稅號 纳税人识别号",
        "card": "银行卡 銀行卡 信用卡 卡号 卡號 安全码 安全碼",
        "bank_account": "银行账 银行帐 开户账 开户帐 收款账号 收款帐号 账户号 帐户号",
        "name": "姓名",
        "birth_date": "生日 出生",
        "address": "地址 住址",
        "passport": "护照 護照",
        "session": "会话标识 会话ID 会话id 会话编号 會話標識 會話ID",
    }.items()
    for word in words.split()
}
"""Chinese has no spaces between words: a key that contains one of these."""

CHINESE_SAFE: Final = _set(
    "策略 长度 数量 类型 次数 规则 状态 过期 页面 重置 强度 个数 有效期 错误 提示 格式 字段 验证 时间 链接 "
    "方式 说明 要求 规范 开关 启用 不能 不可 不得 必须 应 需 需要 可以 未 已 将 "
    "过期日期 到期日期 修改日期 更新日期 创建日期 有效日期"
)
"""Ends of Chinese keys that only speak about the secret."""

CHINESE_YES_NO: Final = ("是否", "已", "允许", "需要", "启用")
"""Beginnings of Chinese keys whose value says yes or no."""

CHINESE_NO_ADDRESS: Final = _set("IP ip 网络 服务器 网址 接口 链接 请求 回调 服务 链路")
