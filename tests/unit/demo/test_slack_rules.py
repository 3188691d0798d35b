"""The demo's Slack refuses what the real one does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.demo.slack_rules import violations

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
KEYS = [
    "text",
    "fields",
    "elements",
    "accessory",
    "block_id",
    "title",
    "alt_text",
    "image_url",
    "rows",
    "label",
    "element",
]
TYPES = [
    "section",
    "header",
    "context",
    "divider",
    "image",
    "actions",
    "input",
    "video",
    "table",
    "rich_text",
    "card",
    "?",
]
BLOCK = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4).flatmap(
    lambda block: st.sampled_from(TYPES).map(lambda kind: {**block, "type": kind})
)


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def section(**changes: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn("x")} | changes


def fields(*texts: str) -> dict[str, Any]:
    return {"type": "section", "fields": [mrkdwn(text) for text in texts]}


def header(text: str, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": "header", "text": {"type": kind, "text": text}}


def context(*elements: Any) -> dict[str, Any]:
    return {"type": "context", "elements": list(elements)}


@pytest.mark.parametrize(
    "block",
    [
        section(),
        section(text=mrkdwn("x" * 3000)),
        fields(*["x" * 2000] * 10),
        header("x" * 150),
        context(*[mrkdwn("x")] * 10),
        context({"type": "image", "image_url": "https://example.com/x.png", "alt_text": "x"}),
        {"type": "divider"},
    ],
)
def test_blocks_at_their_limits_are_taken(block: dict[str, Any]) -> None:
    assert violations({"text": "x", "blocks": [block]}) == []
    assert violations({"text": "x", "attachments": [{"color": "#d72b3f", "blocks": [block]}]}) == []


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (section(text=mrkdwn("x" * 3001)), "text.text: has 3001 characters"),
        (section(text=mrkdwn("")), "text.text: has 0 characters"),
        (section(text="x"), "text: is no text object"),
        (section(text={"type": "mrkdwn"}), "text.text: is no string"),
        (section(text={"type": "mrkdwn", "text": "x", "emoji": True}), "text: has 1 keys"),
        (section(colour="red"), "has 1 keys that a block"),
        (section(block_id="x" * 256), "block_id cannot exceed 255"),
        ({"type": "section"}, "has neither text nor fields"),
        (fields(), "fields: has 0 entries"),
        (fields(*["x"] * 11), "fields: has 11 entries"),
        (fields("x" * 2001), "fields[0].text: has 2001 characters"),
        (section(fields="x"), "fields: is no list"),
        (header("x" * 151), "text.text: has 151 characters"),
        (header("x", kind="mrkdwn"), "text: is no text object of type plain_text"),
        ({"type": "header"}, "text: is no text object"),
        (context(), "elements: has 0 entries"),
        (context(*[mrkdwn("x")] * 11), "elements: has 11 entries"),
        (context("x"), "elements[0]: is no text object"),
        (context({"type": "image"}), "is not formed"),
        (
            {"type": "image", "alt_text": "x" * 2001, "image_url": "https://example.com"},
            "alt_text attribute cannot exceed",
        ),
        ({"type": "teapot"}, "type: is no type of block"),
        ({"text": mrkdwn("x")}, "type: is no type of block"),
        ({"type": ["section"]}, "type: is no type of block"),
        ("section", "is no object"),
    ],
)
def test_blocks_beyond_their_limits_are_refused_with_their_place(block: Any, words: str) -> None:
    (found,) = violations({"text": "x", "blocks": [block]})
    assert found.startswith("blocks[0]")
    assert words in found
    (found,) = violations({"text": "x", "attachments": [{"blocks": [block]}]})
    assert found.startswith("attachments[0].blocks[0]")


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({}, "neither text nor blocks"),
        ({"text": ""}, "neither text nor blocks"),
        ({"text": None, "blocks": []}, "neither text nor blocks"),
        ([], "payload: is no object"),
        (None, "payload: is no object"),
        ({"text": 5}, "text: is no string"),
        ({"text": "x" * 40_001}, "text: has 40001 characters"),
        ({"text": "x", "blocks": "x"}, "blocks: is no list"),
        ({"text": "x", "blocks": [section()] * 51}, "blocks: has 51 entries"),
        ({"text": "x", "attachments": {}}, "attachments: is no list"),
        ({"text": "x", "attachments": ["x"]}, "attachments[0]: is no object"),
        ({"text": "x", "attachments": [{"color": "#ffffff"}]}, "attachments[0]: has neither text"),
        ({"text": "x", "attachments": [{"text": "x"}] * 101}, "attachments: has 101 entries"),
        ({"text": "x", "attachments": [{"blocks": [section()] * 51}]}, "attachments[0].blocks: has 51 entries"),
        ({"blocks": [section(block_id="a"), section(block_id="a")]}, "block_id: is used twice"),
    ],
)
def test_payloads_that_slack_refuses(payload: object, words: str) -> None:
    (found,) = violations(payload)
    assert words in found


@pytest.mark.parametrize("payload", [{"text": "x"}, {"blocks": [section()]}, {"attachments": [{"fallback": "x"}]}])
def test_payloads_that_slack_takes(payload: object) -> None:
    assert violations(payload) == []


@given(JSON | st.fixed_dictionaries({"text": st.just("x"), "blocks": st.lists(BLOCK, max_size=3)}))
def test_no_json_breaks_the_check(payload: object) -> None:
    assert all(isinstance(found, str) for found in violations(payload))
