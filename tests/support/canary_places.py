"""All places where a run with the plugin leaves something: files, tables, commands, requests. Judges nothing."""

import json
import re
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from locust_failure_forwarder.demo.exchange import Request

from .cli import cli

_AT_HOME: Final = re.compile(r"locustfile\.py|plan\.json|config\.yaml|seen-\d+\.jsonl|locust-own-\d+\.log|stats\.json")
"""Files that the test or Locust itself wrote, where canaries have to be."""
_OWN_HEADERS: Final = frozenset({"authorization", "x-api-key", "x-shared"})
"""Where a destination gets its own secrets."""
_SHOWN: Final = 5

Places = dict[str, list[str | bytes]]


def of_files(folder: Path) -> Places:
    """Every byte of every file of the run, with its name."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not _AT_HOME.fullmatch(path.name)]
    return {f"file {path.relative_to(folder)}": [path.name, path.read_bytes()] for path in files}


def of_tables(logs: Path, copies: Path) -> Places:
    """Every value in every table of the logs, read from copies."""
    shutil.copytree(logs, copies)
    places: Places = defaultdict(list)
    for path in copies.glob("*.db"):
        with closing(sqlite3.connect(path)) as db:
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                rows = db.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a name that the database gave
                names = [column[0] for column in rows.description]
                for row in rows:
                    for name, value in zip(names, row, strict=True):
                        if isinstance(value, str | bytes):
                            places[f"table {table}.{name}"].append(value)
    return dict(places)


def of_commands(logs: Path, config: Path) -> Places:
    """What the commands print of the logs, and what they print when the destinations refuse again."""
    listed = cli("dead", "list", logs, "--json", "--full")
    letters: list[dict[str, Any]] = json.loads(listed.output)["letters"]
    commands: list[tuple[object, ...]] = [
        ("status", logs),
        ("status", logs, "--json"),
        ("dead", "list", logs),
        ("dead", "list", logs, "--full"),
        ("check", config, "--send-test"),
        ("replay", logs, "--config", config, "--deadline", "0.5"),
        ("dead", "replay", logs, "--config", config, "--destination", "refusing", "--deadline", "0.5"),
        ("dead", "list", logs, "--json", "--full"),
    ]
    commands += [("dead", "show", letter["id"], logs) for letter in letters[:: max(1, len(letters) // _SHOWN)]]
    places: Places = {"dead list --json --full": [listed.output]}
    for command in commands:
        name = " ".join(str(word) for word in command if isinstance(word, str))
        output = cli(*command).output
        assert "Usage:" not in output, output
        places.setdefault(name, []).append(output)
    return places


def of_requests(destination: str, requests: Iterable[Request]) -> Places:
    """What a destination was sent, but for the headers that carry its own secrets and the address that may."""
    places: Places = {f"body to {destination}": [], f"headers to {destination}": []}
    for request in requests:
        places[f"body to {destination}"].append(request.plain_body())
        others = {name: value for name, value in request.headers.items() if name not in _OWN_HEADERS}
        places[f"headers to {destination}"].append(json.dumps(others))
    return places
