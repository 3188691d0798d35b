"""How secrets are used around their keys: places, neighbours, schemes, remarks. Data, no logic."""

from collections.abc import Mapping
from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


QUERY_ONLY: Final[Mapping[str, str]] = {
    "sig": "signature",
    "signature": "signature",
    "hmac": "signature",
    "key": "key",
}
"""Sensitive in a URL's query, where they grant access; elsewhere these words mean many things."""

OAUTH: Final[Mapping[str, str]] = {"code": "code", "state": "csrf"}
"""Sensitive beside one of `OAUTH_SIBLINGS`."""

OAUTH_SIBLINGS: Final = _set(
    """
    code state grant_type redirect_uri client_id client_secret code_verifier code_challenge session_state
    response_type
    """
)

PATH_WORDS: Final = _set(
    """
    token reset recover verify verification activate activation invite invitation magic confirm confirmation
    unsubscribe apikey api-key secret session sso login-link otp webhook hooks
    """
)
"""A path segment behind one that has one of these words may be a token: `/reset-password/…`."""

OAUTH_PATHS: Final = _set("callback cb oauth oauth2 authorize redirect signin login sso openid oidc")
"""In a path, they say that `code` and `state` in its query are those of OAuth 2."""

SCHEMES: Final = _set(
    """
    basic bearer digest token apikey negotiate ntlm hawk hoba mutual oauth dpop vapid signature privatetoken
    sharedaccesssignature sharedkey sharedkeylite sso-key key jwt aws4-hmac-sha256 scram-sha-1 scram-sha-256
    splunk geniekey bot
    """
)
"""Authorization schemes: IANA's registry and what vendors use. They are no secret and tell the reader much."""

HARMLESS: Final = _set(
    """
    true false null none nil undefined nan yes no on off empty required optional invalid missing expired unknown
    ok valid anonymous disabled enabled string int integer number object array boolean bool str bytes dict list
    rejected denied failed changed incorrect wrong mismatch unset default n/a
    空 必填 无 未知 无效 错误 不正确 已过期 过期 为空
    """
)
"""Whole values that hold nothing."""

PROSE: Final = _set(
    """
    is are was were must should cannot can't can has have does do did not no invalid required missing too may
    field this please wrong incorrect expired unknown expected unexpected needs at may
    """
)
"""A value of several words that begins with one of these is a remark about the secret: `password: must be longer`."""

NAME_KEYS: Final = _set(
    "name key field param parameter property path loc header attribute id k n fieldName field_name paramName "
    "instancePath instance_path dataPath pointer variable Name Key Field Id"
)
VALUE_KEYS: Final = _set(
    """
    value values val input content data rejectedValue rejected_value invalidValue invalid_value actual given received
    Value v V Content
    """
)
"""Lists of names and values, `{"name": "password", "value": …}`, and validation errors that echo the input."""

SENTENCES: Final = _set(
    """
    a about after again all an and any as because been before but by contact each for from he here his how i if in
    into it its my of on only or our please see she so some than that the their them then there they this to try
    used was we were what when where which while who will with you your attempt account request
    """
)
"""Words that make a sentence, and that nobody picks for a passphrase."""

SHOWN_ELEMENTS: Final = _set(
    """
    a abbr b body button div em fieldset form h1 h2 h3 h4 h5 h6 head html i iframe img input label legend li link meta
    nav object ol optgroup option p path script section select small span strong style svg table tbody td th thead tr ul
    """
)
"""Elements of HTML whose text is shown, not sent."""
