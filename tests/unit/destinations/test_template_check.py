"""Whatever a template is, it is judged: with words of ours, places that are in it, and none of its texts (P4, P9)."""

from datetime import UTC, datetime
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.config.places import TextError, TextFault
from locust_failure_forwarder.destinations.links import LinksConfig
from locust_failure_forwarder.destinations.marked_samples import marked_samples
from locust_failure_forwarder.destinations.template_check import Samples, check_template
from locust_failure_forwarder.destinations.template_names import Shapes
from locust_failure_forwarder.destinations.webhook import values_of
from locust_failure_schemas import Alert, RunSummary

SAMPLES: Final[Samples] = tuple(
    (sample.name, values_of(sample.record, LinksConfig(), {}))
    for sample in marked_samples(datetime(2026, 1, 1, tzinfo=UTC))
)
SHAPES: Final[Shapes] = {"alert": Alert, "summary": RunSummary, "secrets": frozenset()}
PIECES: Final = (
    "{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", "if", "endif", "for", "in", "endfor", "set", "endset", "raw",
    "endraw", "macro m(y)", "endmacro", "filter upper", "endfilter", "with", "block b", "extends 'a'", "include 'a'",
    "x", "alert", "summary", "kind", "secrets", "loop", "notarealname", "run", "name", "__class__", ".", "[", "]", "(",
    ")", "'notarealtext'", '"', "|", "upper", "uper", "default(1)", "is", "defined", "oddd", "not", "and", "else", "~",
    "%", "*", "**", "/", "+", "==", ",", ":", "{", "}", "?", "$", "\\", "0", "1", "\n", "\r\n", "\r", "é", "𝄞",
    "range(3)",
)  # fmt: skip
WHOLE: Final = st.lists(st.sampled_from(PIECES[9:]), max_size=6).map(lambda parts: "{{ " + " ".join(parts) + " }}")
TEMPLATES: Final = st.lists(st.sampled_from(PIECES) | WHOLE, max_size=10).map(" ".join)


def faults(source: str) -> tuple[TextFault, ...]:
    refused: TextError | None = None
    try:
        check_template(source, SAMPLES, SHAPES)
    except TextError as error:
        refused = error
    if refused is None:
        return ()
    assert refused.__context__ is None, "what is chained to it quotes the template"
    return refused.faults


@settings(deadline=None)  # compiled and rendered for every record
@given(TEMPLATES)
def test_every_template_is_judged_with_places_that_are_in_it_and_without_its_texts(source: str) -> None:
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for fault in faults(source):
        assert "notareal" not in f"{fault.message} {fault.hint}", "names are handed on beside the message"
        assert fault.name != "notarealtext"
        if fault.line is not None:
            line = lines[fault.line - 1]
            assert fault.column is None or fault.column <= len(line) + 1
            if fault.column is not None and fault.name:
                assert line.startswith(fault.name, fault.column - 1)


def test_the_same_mistake_for_every_record_is_told_once() -> None:
    assert [fault.message for fault in faults('{"a": {{ (alert or summary).nothing }}')] == [
        "for firing, there is no such value",
        "for firing, what it renders is no JSON (Expecting ',' delimiter)",
    ]


def test_a_template_that_never_ends_to_nest_is_told_in_words() -> None:
    (fault,) = faults("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}")
    assert fault.message == "this template cannot be compiled"
