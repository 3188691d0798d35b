"""Modes, kinds that are switched off, exact places that are kept, patterns with kinds of their own."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import pytest
from locust_failure_forwarder.config.models import PatternConfig, RedactionConfig
from locust_failure_forwarder.redaction import Redactor, remarks
from pydantic import ValidationError
from support import samples

S: Final = "Zq7-n0tReal"
HASH: Final = re.compile(r"\[REDACTED:([a-z_]+):([0-9a-f]{10})\]")


def redactor(key: bytes | None = b"not-a-real-key", **fields: Any) -> Redactor:
    return Redactor(RedactionConfig(**fields), key)


def draft(**parts: Any) -> dict[str, Any]:
    record = samples.failure().model_dump(mode="json")
    record["request"] |= {"body": None, "headers": {}, "url": "https://x.example.com/a"} | parts.get("request", {})
    record["response"] |= {"body": None, "headers": {}} | parts.get("response", {})
    return {**record, "context": parts.get("context", {}), "redactions": {}}


def test_hash_shows_the_same_digits_for_the_same_secret_wherever_it_stands() -> None:
    out = redactor(mode="hash").redact_draft(
        draft(
            request={
                "body": json.dumps({"password": "tr&ub4dor/3"}),
                "url": "https://x.example.com/a?password=tr%26ub4dor%2F3&token=other-n0tReal",
            },
            response={"body": "tried tr&ub4dor/3 twice"},
        )
    )
    text = json.dumps(out)
    assert "ub4dor" not in text
    digits = {kind: {found for found_kind, found in HASH.findall(text) if found_kind == kind} for kind in ("password",)}
    assert len(digits["password"]) == 1
    assert len({found for _, found in HASH.findall(text)}) == 2, "another secret has other digits"
    assert out["redactions"] == {"password": 3, "token": 1}


def test_p4_hash_depends_on_a_key_that_each_redactor_makes_for_itself() -> None:
    text = f"password={S}"
    given = {redactor(mode="hash").redact_text(text), redactor(mode="hash").redact_text(text)}
    assert len(given) == 1
    assert len({redactor(None, mode="hash").redact_text(text) for _ in range(8)}) == 8


def test_hash_and_drop_may_be_chosen_by_kind() -> None:
    mixed = redactor(modes={"email": "hash", "cookie": "drop"})
    out = mixed.redact_text(f"password={S} mail=ann@example.com Cookie: theme=dark")
    assert out.startswith("password=[REDACTED:password] mail=[REDACTED:email:")
    assert out.endswith("Cookie: theme=[REDACTED]")


def test_drop_leaves_nothing_of_a_value_that_stands_alone() -> None:
    dropping = redactor(mode="drop")
    tree: Any = {"password": S, "note": f"password={S}", "pin": 1234, "tokens": [S, S]}
    assert dropping.redact_value(tree) == {"password": "", "note": "password=[REDACTED]", "pin": "", "tokens": ["", ""]}
    assert json.loads(dropping.redact_text(json.dumps({"a": {"api_key": S}}))) == {"a": {"api_key": ""}}


@pytest.mark.parametrize("mode", ["mask", "hash", "drop"])
@pytest.mark.parametrize(
    "text",
    [
        f"password={S}, api_key: '{S}'",
        f"https://bob:{S}@x.example.com/?token={S}&card=4111111111111111",
        json.dumps({"password": S, "a": [f"Bearer {S}.abc"], "ann@example.com": {"bob@example.com": 1}}),
        f"Cookie: sid={S}; theme=dark",
        f"<account_number>12345678</account_number><password>{S}</password>",
    ],
)
def test_text_redacted_in_any_mode_comes_back_equal(text: str, mode: str) -> None:
    redacting = redactor(mode=mode)
    once = redacting.redact_text(text)
    assert S not in once
    assert redacting.redact_text(once) == once
    for other in ("mask", "hash", "drop"):
        assert redactor(mode=other).redact_text(once) == once, "another mode leaves marks alone too"


def test_p4_what_cannot_be_judged_is_marked_in_every_mode() -> None:
    assert redactor(mode="drop").redact_text("x" * 600_000) == "[REDACTED:unredactable]"
    assert redactor(mode="hash").redact_text("x" * 600_000) == "[REDACTED:unredactable]"


PERSONAL: Final = "mail ann@example.com, card 4111 1111 1111 1111, first_name: Ann, phone: +49 30 901820"


def test_personal_data_may_be_switched_off_as_a_whole() -> None:
    off = redactor(personal=False)
    assert off.redact_text(PERSONAL) == PERSONAL
    assert off.redact_text(f"{PERSONAL}, password={S}") == f"{PERSONAL}, password=[REDACTED:password]"
    assert off.redact_value({"email": "ann@example.com", "a": {"token": S}}) == {
        "email": "ann@example.com",
        "a": {"token": "[REDACTED:token]"},
    }


def test_personal_data_may_be_switched_off_by_kind() -> None:
    out = redactor(off=("email", "phone")).redact_text(PERSONAL)
    assert out == "mail ann@example.com, card [REDACTED:card], first_name: [REDACTED:name], phone: +49 30 901820"


def test_encoded_run_with_nothing_but_what_is_off_stays() -> None:
    run = json.dumps({"mail": "ann@example.com"}).encode().hex()
    assert redactor().redact_text(run) == "[REDACTED:encoded]"
    assert redactor(off=("email",)).redact_text(run) == run


@pytest.mark.parametrize("kind", ["password", "token", "cookie", "jwt"])
def test_p4_credentials_cannot_be_switched_off_by_accident(kind: str) -> None:
    accidents: list[dict[str, Any]] = [{"off": (kind,)}, {"modes": {kind: "off"}}, {"mode": "none"}]
    for fields in accidents:
        with pytest.raises(ValidationError):
            RedactionConfig(**fields)
    everything = redactor(personal=False, off=("email",), keep=(kind,))
    assert S not in everything.redact_text(f"Authorization: Bearer {S}.aa")


def test_credentials_leave_only_under_a_setting_that_says_so_and_it_is_remarked() -> None:
    config = RedactionConfig(i_accept_leaking_credentials=("csrf", "session"))
    text = f"xsrf={S} session_id={S}1 password={S}2"
    assert Redactor(config).redact_text(text) == f"xsrf={S} session_id={S}1 password=[REDACTED:password]"
    (remark,) = remarks(config)
    assert "csrf, session" in remark
    assert "i_accept_leaking_credentials" in remark
    assert list(remarks(RedactionConfig(personal=False, off=("email",)))) == []


def test_pattern_may_have_a_kind_of_its_own() -> None:
    own = redactor(patterns=(r"EMP-\d+", PatternConfig(kind="loyalty", re2=r"LC\d{6}")), modes={"loyalty": "hash"})
    out = own.redact_value({"a": "EMP-17 and LC123456", "b": "LC123456"})
    assert isinstance(out, dict)
    (first,), (second,) = HASH.findall(str(out["a"])), HASH.findall(str(out["b"]))
    assert first == second
    assert first[0] == "loyalty"
    assert str(out["a"]).startswith("[REDACTED:custom] and ")


PLACES: Final[Mapping[str, dict[str, Any]]] = {
    "request.body.user.token_hint": {"request": {"body": json.dumps({"user": {"token_hint": S, "token": S + "1"}})}},
    "request.body.items.*.token": {"request": {"body": json.dumps({"items": [{"token": S}, {"token": S}]})}},
    "response.body.items.1.token": {"response": {"body": json.dumps({"items": [{"token": "x1y2z3"}, {"token": S}]})}},
    "request.headers.x-token-hint": {"request": {"headers": {"x-token-hint": S, "x-api-token": S + "1"}}},
    "response.headers.X-Token.Hint": {"response": {"headers": {"x-token.hint": S}}},
    "context.step.password": {"context": {"step": {"password": S}, "password": S + "1"}},
    "run.labels.token": {},
}


@pytest.mark.parametrize("place", PLACES)
def test_value_at_an_exact_place_is_not_masked_by_its_name(place: str) -> None:
    given = draft(**PLACES[place])
    if place.startswith("run"):
        given["run"] = {**given["run"], "labels": {"token": S, "api_token": S + "1"}}
    kept, masked = json.dumps(redactor(keep=(place,)).redact_draft(given)), json.dumps(redactor().redact_draft(given))
    assert S in kept
    assert S + "1" not in kept
    assert S not in masked


def test_exact_place_is_kept_there_only() -> None:
    body, answer = ({"body": json.dumps({"user": {"token": secret}})} for secret in (S, "other-n0tReal"))
    out = redactor(keep=("request.body.user.token",)).redact_draft(draft(request=body, response=answer))
    assert out["request"]["body"] == body["body"]
    assert json.loads(out["response"]["body"]) == {"user": {"token": "[REDACTED:token]"}}


def test_p4_value_at_a_kept_place_is_masked_if_it_is_a_secret_elsewhere() -> None:
    body = {"body": json.dumps({"user": {"token": S}})}
    out = redactor(keep=("request.body.user.token",)).redact_draft(draft(request=body, response=body))
    assert S not in json.dumps(out)


def test_p4_known_shapes_are_masked_at_a_kept_place_and_other_members_of_a_secret_object_too() -> None:
    body = {"body": json.dumps({"tokens": {"a": "ann@example.com", "b": S}})}
    out = redactor(keep=("request.body.tokens.a",)).redact_draft(draft(request=body))
    assert json.loads(out["request"]["body"]) == {"tokens": {"a": "[REDACTED:email]", "b": "[REDACTED:token]"}}
