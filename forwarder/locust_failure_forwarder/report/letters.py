"""Dead letters for people and scripts: a table, one whole letter, plain data. Reads no logs."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ..pipeline.log_letters import Buried, Heading
from .plain import iso
from .words import moment, one_line, printable, size


@dataclass(frozen=True, slots=True)
class Found:
    """A dead letter in a log."""

    log: Path
    heading: Heading
    letter: Buried

    @property
    def name(self) -> str:
        """What the user calls it by."""
        return letter_name(self.log, self.heading.id)


def letter_name(log: Path, letter_id: int) -> str:
    """A short name for a letter: five hex digits for its log, and its number there."""
    return f"{hashlib.sha256(log.name.encode()).hexdigest()[:5]}-{letter_id}"


def letters_table(letters: Iterable[Found]) -> Table:
    """One row for each."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("id", no_wrap=True)
    table.add_column("captured", min_width=10)
    table.add_column("destination", overflow="fold", min_width=11)
    table.add_column("why", overflow="fold")
    table.add_column("record", overflow="fold")
    table.add_column("size", justify="right", no_wrap=True)
    for found in letters:
        heading = found.heading
        table.add_row(
            found.name,
            moment(heading.captured_at),
            Text(f"{heading.key.destination} {heading.key.kind}"),  # breaks at the blank if it has to
            Text(one_line(_with_status(heading))),
            Text(one_line(subject(found))),
            size(heading.size),
        )
    return table


def _with_status(heading: Heading) -> str:
    status = "" if heading.status is None else str(heading.status)
    return heading.reason if heading.reason.startswith(status) else f"{status}: {heading.reason}"


def subject(found: Found) -> str:
    """What the record is about, in a few words."""
    record = _record(found)
    if not isinstance(record, dict):
        return "(unreadable)"
    fields = cast("dict[str, Any]", record)
    request = cast("Mapping[str, Any]", fields.get("request") or {})
    if request:
        return f"{request.get('method')} {request.get('name')}"
    if "rule" in fields:
        return f"{fields['rule']} {fields.get('state')}"
    if found.heading.event is not None:
        return "summary" if found.heading.key.kind == "summaries" else "(of a later version)"
    # What never became a record has the fields of a capture.
    return f"{fields.get('method')} {fields.get('name')} (no record)"


def _record(found: Found) -> Any:
    try:
        return json.loads(found.letter.letter.body)
    except ValueError:
        return None


def as_plain(found: Found, *, whole: bool) -> dict[str, Any]:
    """The letter as data; `whole` with the record and the answer."""
    heading = found.heading
    plain: dict[str, Any] = {
        "id": found.name,
        "log": str(found.log),
        "destination": heading.key.destination,
        "kind": heading.key.kind,
        "captured_at": iso(heading.captured_at),
        "given_up_at": iso(heading.at),
        "status": heading.status,
        "reason": heading.reason,
        "record_id": None if heading.event is None else str(heading.event),
        "subject": subject(found),
        "bytes": heading.size,
        "can_be_sent": heading.event is not None,
    }
    if whole:
        plain |= {"answer": found.letter.letter.answer, "record": _record(found)}
    return plain


def letter_text(found: Found) -> str:
    """One whole letter, with its record and what is kept of the answer."""
    heading, letter = found.heading, found.letter.letter
    lines = [
        f"id           {found.name}  ({found.log.name}, {heading.id})",
        f"destination  {heading.key}",
        f"captured     {moment(heading.captured_at)}",
        f"given up     {moment(heading.at)}",
        f"why          {one_line(_with_status(heading))}",
        f"record id    {heading.event or 'none: it never became a valid record, and cannot be sent'}",
        "",
        "answer, redacted, the beginning:" if letter.answer is not None else "answer: none was kept",
    ]
    if letter.answer is not None:
        lines += [f"  {line}" for line in printable(letter.answer).splitlines() or ["(empty)"]]
    record = _record(found)
    body = (
        json.dumps(record, indent=2, ensure_ascii=False) if record is not None else letter.body.decode(errors="replace")
    )
    return "\n".join([*lines, "", "record:", printable(body)])
