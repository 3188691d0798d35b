"""Bytes to text, and text that fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.pipeline.text import body_text, cut, scalar_text


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (None, "", None),
        (b"", "", None),
        ("", "", None),
        (b'{"a":1}', "application/json", '{"a":1}'),
        ("schon Text", "", "schon Text"),
        ("grün".encode("latin-1"), "text/plain; charset=iso-8859-1", "grün"),
        ("voilà".encode("latin-1"), "text/plain; charset=iso-8859-1", "voilà"),
        ("密码".encode()[:-1], "text/plain; charset=UTF-8", "密"),
        ("密码".encode("gb18030"), 'text/html; charset="gb18030"', "密码"),
        ("密码".encode()[:-1], "text/plain", "密"),
        (
            b"caf\xe9 au lait, a longer line of text",
            "text/plain; charset=no-such-charset",
            "caf\ufffd au lait, a longer line of text",
        ),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png", "[binary body, 16 bytes captured]"),
        (b"\r\n\t<p>\n" * 50, "text/html", "\r\n\t<p>\n" * 50),
        (b"\x1b[31mred\x1b[0m\x0c", "", "\x1b[31mred\x1b[0m\x0c"),
        (b"ten chars\x00", "", "ten chars\x00"),
        (b"9 chars.\x00", "", "[binary body, 9 bytes captured]"),
        (bytes(range(128, 256)), "application/octet-stream", "[binary body, 128 bytes captured]"),
    ],
)
def test_a_body_becomes_text_or_a_note(body: bytes | str | None, content_type: str, expected: str | None) -> None:
    assert body_text(body, content_type) == expected


@given(st.binary(max_size=200) | st.text(max_size=200), st.text(max_size=40))
def test_no_body_raises_and_every_text_can_be_encoded(body: bytes | str, content_type: str) -> None:
    text = body_text(body, content_type)
    assert text is None or text.encode("utf-8") is not None


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=100), st.integers(1, 120))
def test_a_cut_keeps_whole_characters_within_the_limit(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short.encode()) <= limit
    assert text.startswith(short)
    assert short == text or len(text.encode()) > limit


def test_lone_surrogates_become_question_marks() -> None:
    assert scalar_text("a\ud800b") == "a?b"
