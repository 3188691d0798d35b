"""The picture of Slack's messages that the README shows is drawn from payloads that Slack would take."""

from pathlib import Path

from locust_failure_forwarder.demo.slack_picture import main, payloads
from locust_failure_forwarder.demo.slack_rules import violations


def test_the_picture_shows_an_episode_and_a_summary(tmp_path: Path) -> None:
    path = tmp_path / "slack.svg"
    assert main(path) == 0
    text = path.read_text(encoding="utf-8").replace("&#160;", " ")
    for words in ("checkout-soak (staging)", "@here", "recovered after 1 min 35 s", "Verdict", "Dashboard", "█"):
        assert words in text
    assert "http" not in text.replace("http://www.w3.org", "").replace("https://www.textualize.io", "").lower()
    assert "sample" not in text.lower()


def test_slack_would_take_each_message() -> None:
    assert [violations(payload) for payload in payloads()] == [[], [], []]
