"""Sentences about passwords, tokens and sessions that hold none, as programs write them. English and Chinese."""

# ruff: noqa: RUF001 - Chinese punctuation is what Chinese programs write

from typing import Final

from .draw import Draw

ENGLISH: Final = """
password reset page could not be loaded
session timed out after {n} seconds
The access token has expired, please log in again
Invalid token
Unexpected token '<', "<!DOCTYPE "... is not valid JSON
Unexpected token } in JSON at position {n}
Missing Authorization header
Bearer token required
Basic authentication failed for user {user}
CSRF verification failed. Request aborted.
CSRF token missing or incorrect
password must be at least {n} characters long
The password field is required.
Incorrect password for user {user}
API key not found
Your API key is invalid or was revoked
KeyError: 'password'
KeyError: 'access_token'
AttributeError: 'NoneType' object has no attribute 'token'
TypeError: login() missing 1 required positional argument: 'password'
TypeError: tokenize() got an unexpected keyword argument 'secret'
column "password_hash" of relation "users" does not exist
503 Server Error: Service Unavailable for url: https://shop.example.com/password/reset/{n}
expected cookie 'session' to be set
Cookie "session_id" has been rejected because it is foreign
token bucket empty: {n} tokens left, refill in 3 s
the secretary of the author wrote {n} keywords
no such key: orders/{n}.json
duplicate key value violates unique constraint "users_email_key"
could not decrypt: wrong passphrase
Secret "db-credentials" not found in namespace "shop"
phone number is not valid
email already taken
card was declined
expected status 200, got 401 (token refresh needed) for user id {n}
order {id} not found
request {id} failed after {n} ms
checksum mismatch: expected {hash}, got {hash}
commit {hash} is not on branch main
trace {hash} span {n}
price changed from 19.99 to {n}.50
401 Client Error: Unauthorized for url: https://shop.example.com/oauth/token
HTTPSConnectionPool(host='auth.example.com', port=443): Max retries exceeded with url: /oauth/token
Login failed: password incorrect, {n} attempts left
passenger {n} has no valid ticket: bypass denied
Too many login attempts, code 4{n}
public key of {user} was rotated on 2026-04-12
SSL: CERTIFICATE_VERIFY_FAILED certificate verify failed: unable to get local issuer certificate
the otp is wrong or expired
pin the version to {n}.2.1
secret rotation is due: policy=strong
""".strip().splitlines()
CHINESE: Final = """
密码重置页面加载失败
会话超时，请重新登录
令牌已过期
验证码错误，请重新输入
手机号格式不正确
密码长度不能少于{n}位
用户{user}不存在
订单{id}不存在
身份证号不能为空
请输入密码
邮箱已被注册
姓名不能为空
签名校验失败，请求编号{id}
库存不足，剩余{n}件
密码错误，还剩3次机会
登录失败：密码不正确
权限不足：缺少令牌
数量：{n}，价格：{n}.50
""".strip().splitlines()


def sentence(draw: Draw, *, chinese: bool = False) -> str:
    """One of them, its blanks filled."""
    text = draw.choice(CHINESE if chinese else ENGLISH)
    while "{hash}" in text:
        text = text.replace("{hash}", draw.hex(draw.choice((32, 40, 64))), 1)
    return (
        text.replace("{n}", draw.digits(draw.randrange(1, 5)))
        .replace("{id}", draw.uuid())
        .replace("{user}", draw.word(2) + draw.digits(2))
    )
