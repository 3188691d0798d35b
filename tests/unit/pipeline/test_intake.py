"""Bytes of the pipe become entries for the log. P1: what cannot be read is counted; P3: no frame ends the process."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.wire import MAX_FRAME, FrameType, pack
from support.frames import AT, NODE, RUN_ID, SECRET
from support.intake import OTHER_RUN, SAMPLE, broken, close, failed, start, take_in


def test_failures_become_entries_that_acknowledge_their_frames() -> None:
    kept, said, _ = take_in(start(number=1) + failed(1, number=2) + failed(2, number=3))
    assert [record.sequence for record in kept.failures] == [1, 2]
    assert kept.numbers == [1, 2, 3]
    assert said == []


def test_close_gives_its_deadline_and_what_comes_after_it_is_not_read() -> None:
    kept, _, deadline = take_in(start() + close(7) + failed(1))
    assert deadline == 7.0
    assert kept.failures == []


def test_the_end_of_the_file_gives_no_deadline() -> None:
    kept, said, deadline = take_in(start() + failed(1))
    assert deadline is None
    assert len(kept.failures) == 1
    assert said == []


@pytest.mark.parametrize("deadline", [None, "soon", float("nan"), float("inf"), [1]])
def test_a_close_without_a_usable_deadline_closes_all_the_same(deadline: object) -> None:
    kept, _, given_deadline = take_in(start() + close(deadline) + failed(1))
    assert given_deadline is None
    assert kept.failures == []


def test_p1_a_frame_of_the_wrong_shape_is_kept_with_the_reason_and_acknowledged() -> None:
    kept, _, _ = take_in(start(number=1) + failed(1, status="x", number=2) + failed(2, number=3))
    assert [record.sequence for record in kept.failures] == [2]
    (reason,) = kept.reasons
    assert reason.startswith("invalid record: status: ")
    assert kept.numbers == [1, 2, 3]


def test_p1_a_failure_of_an_unknown_run_is_kept_with_the_reason() -> None:
    kept, _, _ = take_in(failed(1) + start() + failed(2, run=OTHER_RUN))
    assert kept.failures == []
    assert kept.reasons == ["invalid record: run: no such run was announced"] * 2


def test_p1_a_frame_that_cannot_be_decoded_is_counted_and_the_next_is_read() -> None:
    kept, _, _ = take_in(start() + broken(b"\xc1\xc1") + broken(b"\x92\xa7unheard\x80") + failed(1))
    assert len(kept.failures) == 1
    assert [reason.split(":")[0] for reason in kept.reasons] == ["a frame that cannot be decoded"] * 2


def test_p1_frames_before_one_that_breaks_the_stream_are_not_lost_with_it() -> None:
    oversized = (MAX_FRAME + 1).to_bytes(4, "big") + b"x" * 100
    kept, said, deadline = take_in(start() + failed(1) + failed(2) + oversized)
    assert [record.sequence for record in kept.failures] == [1, 2]
    assert kept.reasons == [
        f"the stream broke at this frame: a frame of {MAX_FRAME + 1} bytes; at most {MAX_FRAME} are allowed"
    ]
    assert deadline is None
    assert "nothing more can be read" in said[0]


def test_p1_a_frame_torn_by_the_death_of_locust_is_counted() -> None:
    torn = failed(2)[:-5]
    kept, _, _ = take_in(start() + failed(1) + torn)
    assert len(kept.failures) == 1
    assert kept.reasons == [f"the end of the Locust process tore this frame ({len(torn)} bytes came)"]


@settings(deadline=None)
@given(st.data())
def test_the_stream_may_be_cut_anywhere(data: st.DataObject) -> None:
    stream = start() + failed(1) + broken(b"\xc1") + failed(2) + close()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    kept, _, deadline = take_in(*(chunk for chunk in chunks if chunk))
    assert [record.sequence for record in kept.failures] == [1, 2]
    assert len(kept.reasons) == 1
    assert deadline == 7.0


def test_drops_and_flushes_take_their_place_in_the_line() -> None:
    flush = pack(FrameType.FLUSH, {})
    kept, _, _ = take_in(start() + failed(1) + pack(FrameType.DROPPED, {"reasons": {"buffer_full": 3}}) + flush)
    assert kept.dropped == {"buffer_full": 3}
    assert [entry.flush for entry in kept.entries if entry.flush or entry.items or entry.dropped] == [
        False,
        False,
        True,
    ]


def test_a_sample_over_the_rule_becomes_an_alert_and_the_end_of_the_run_resolves_it() -> None:
    stop = pack(FrameType.RUN_STOPPED, {"run": RUN_ID, "at": AT + 5})
    kept, _, _ = take_in(start() + pack(FrameType.SAMPLE, SAMPLE) + stop)
    assert [(alert.state, alert.resolution) for alert in kept.alerts] == [("firing", None), ("resolved", "test_ended")]


@pytest.mark.parametrize("end", [b"", close(), start(OTHER_RUN)])
def test_p8_an_alert_is_resolved_however_the_run_ends(end: bytes) -> None:
    kept, _, _ = take_in(start() + pack(FrameType.SAMPLE, SAMPLE) + end)
    assert [alert.state for alert in kept.alerts] == ["firing", "resolved"]
    assert {alert.run.id.bytes for alert in kept.alerts} == {RUN_ID}


def test_a_summary_becomes_an_event() -> None:
    frame = pack(FrameType.SUMMARY, {**SAMPLE, "started_at": AT - 60, "users_peak": 9})
    kept, _, _ = take_in(start() + failed(1) + frame)
    (summary,) = kept.summaries
    assert (summary.failures, summary.users_peak, summary.categories) == (50, 9, {"server_error": 1})
    (delivery,) = summary.deliveries
    assert (delivery.destination, delivery.captured, delivery.delivered) == ("monitoring", 9, 4)
    assert (delivery.pending, delivery.dead, delivery.dropped) == (2, 1, 2), "P1: the parts add up"


def test_a_masters_summary_has_the_accounts_of_its_workers() -> None:
    of_workers = {"idle": {"captured": 7, "delivered": 4, "pending": 1, "dead": 0, "dropped": 2}}
    frame = pack(FrameType.SUMMARY, {**SAMPLE, "started_at": AT - 60, "users_peak": 9, "accounts": of_workers})
    kept, _, _ = take_in(start() + frame)
    (summary,) = kept.summaries
    assert summary.deliveries[1].model_dump() == {"destination": "idle", **of_workers["idle"]}


@pytest.mark.parametrize("frame_type", [FrameType.RUN_STOPPED, FrameType.SUMMARY])
def test_p1_what_was_read_before_is_on_disk_before_the_accounts_are_told(frame_type: FrameType) -> None:
    frame = pack(frame_type, {**SAMPLE, "started_at": AT - 60, "users_peak": 9})
    kept, _, _ = take_in(start() + failed(1) + failed(2) + frame + failed(3))
    assert kept.joined == [3], "the start and two failures; nothing waits otherwise"


def test_statistics_of_an_unknown_run_are_ignored() -> None:
    kept, said, _ = take_in(pack(FrameType.SAMPLE, SAMPLE) + start() + pack(FrameType.SAMPLE, {**SAMPLE, "run": b"x"}))
    assert kept.items == []
    assert said == []


UNUSABLE = [
    pack(FrameType.SAMPLE, {**SAMPLE, "requests": "many"}),
    pack(FrameType.SAMPLE, {**SAMPLE, "endpoints": [[1, 2, 3]]}),
    pack(FrameType.SAMPLE, {**SAMPLE, "errors": [[1, 2, 3, 4]]}),
    pack(FrameType.SAMPLE, {"run": RUN_ID}),
    pack(FrameType.SAMPLE, {"run": [RUN_ID]}),
    pack(FrameType.SAMPLE, {**SAMPLE, "at": 1e300}),
    pack(FrameType.SUMMARY, {**SAMPLE, "started_at": 1e300, "users_peak": 1}),
    pack(FrameType.SUMMARY, {**SAMPLE, "started_at": AT, "users_peak": -1}),
    pack(FrameType.RUN_STOPPED, {"run": RUN_ID}),
    pack(FrameType.RUN_STARTED, {"run": b"short", "at": AT, "node": NODE}),
    pack(FrameType.RUN_STARTED, {"run": OTHER_RUN, "at": AT, "node": {"pid": SECRET}}),
    pack(FrameType.RUN_STARTED, {}),
    pack(FrameType.DROPPED, {}),
    pack(FrameType.DROPPED, {"reasons": 5}),
    pack(FrameType.DROPPED, {"reasons": {"buffer_full": "x"}}),
]


@pytest.mark.parametrize("frame", UNUSABLE)
def test_p3_a_frame_that_cannot_be_used_costs_itself_and_is_told(frame: bytes) -> None:
    kept, said, deadline = take_in(start() + frame + failed(1) + close())
    assert len(kept.failures) == 1
    assert deadline == 7.0
    assert said
    assert all("could not be used: " in line and SECRET not in line for line in said)


@pytest.mark.parametrize("kind", [FrameType.HELLO, FrameType.READY, FrameType.ACK, FrameType.STATUS])
def test_frames_that_make_no_sense_here_are_ignored(kind: FrameType) -> None:
    kept, said, _ = take_in(start() + pack(kind, {}) + failed(1))
    assert len(kept.items) == 1
    assert said == []


def test_p4_a_redaction_that_fails_costs_the_sample_and_not_the_process() -> None:
    def fail(text: str) -> str:
        raise RuntimeError(SECRET)

    kept, said, _ = take_in(start() + pack(FrameType.SAMPLE, SAMPLE) + failed(1), redact_text=fail)
    assert kept.alerts == []
    assert len(kept.failures) == 1
    assert said == ["a sample frame could not be used: RuntimeError"]
