"""Discord: what only it does. The suite in tests/contract holds for it as for all."""

import pytest
from locust_failure_forwarder.destinations.base import Delivered, HttpResponse, Retry
from locust_failure_forwarder.destinations.discord import DiscordConfig, DiscordDestination
from locust_failure_forwarder.destinations.discord_payload import MARKDOWN
from support.samples import NOW


def discord(url: str = "https://discord.example/api/webhooks/1/not-a-real-path") -> DiscordDestination:
    return DiscordDestination("discord", DiscordConfig.model_validate({"type": "discord", "webhook_url": url}))


@pytest.mark.parametrize(
    ("configured", "posted"),
    [
        ("https://d.example/api/webhooks/1/x", "https://d.example/api/webhooks/1/x?wait=true"),
        ("https://d.example/api/webhooks/1/x?thread_id=7", "https://d.example/api/webhooks/1/x?thread_id=7&wait=true"),
        ("https://d.example/api/webhooks/1/x?wait=false#a", "https://d.example/api/webhooks/1/x?wait=true"),
    ],
)
def test_the_answer_waits_for_the_message_to_be_saved(configured: str, posted: str) -> None:
    assert discord(configured).probe(NOW).url == posted


def test_delivered_is_what_discord_returns_as_saved() -> None:
    assert discord().read(HttpResponse(200, {}, b'{"id":"1","type":0}'), NOW) == Delivered()
    for body in (b"", b"[]", b"ok", b"{}"):
        assert isinstance(discord().read(HttpResponse(200, {}, body), NOW), Retry)


@pytest.mark.parametrize(
    ("body", "wait"),
    [
        (b'{"message":"You are being rate limited.","retry_after":64.57,"global":false}', 64.57),
        (b'{"retry_after":0.3}', 2.0),
        (b'{"retry_after":"soon"}', 2.0),
        (b'{"retry_after":true}', 2.0),
        (b'{"retry_after":-5}', 2.0),
        (b"no json", 2.0),
    ],
)
def test_the_longer_wait_of_header_and_body_holds(body: bytes, wait: float) -> None:
    """P7"""
    verdict = discord().read(HttpResponse(429, {"retry-after": "2"}, body), NOW)
    assert isinstance(verdict, Retry)
    assert verdict.after == wait


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** _it_", r"\*\*bold\*\* \_it\_"),
        ("[x](https://e.example)", r"\[x\]\(https\://e.example\)"),
        ("@everyone", "@\u2060everyone"),
        ("checkout-soak", "checkout-soak"),
    ],
)
def test_foreign_text_has_no_power(text: str, shown: str) -> None:
    assert MARKDOWN.foreign(text, 200) == shown


def test_code_ends_where_we_end_it() -> None:
    assert MARKDOWN.code("GET /a`b*c*", 200) == "`GET /a'b*c*`"
