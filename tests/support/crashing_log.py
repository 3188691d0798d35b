"""A log that can be killed at any moment: between two transactions, or in the middle of one.

SIGKILL leaves the file and its write-ahead log as they are at that moment. A copy of both, reopened, is the same.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from locust_failure_forwarder.pipeline.counters import RouteKey
from locust_failure_forwarder.pipeline.log import Log


@dataclass(frozen=True)
class Trouble:
    """Something ends a transaction half way."""

    after: int
    """Steps of SQLite's virtual machine, in threes."""
    killed: bool
    """The process is killed there. Otherwise the disk fails, and the process goes on."""


class CrashingLog:
    """Holds one log at a time, and the files of those before it."""

    def __init__(self, routes: Sequence[RouteKey]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="crashing-log-"))
        self._files = 0
        self.log = Log.create(self._new_path(), routes)
        self._tune()

    def close(self) -> None:
        self.log.close()
        shutil.rmtree(self._folder)

    def contents(self) -> str:
        """Everything that is in the file."""
        db = self.log.connection
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        return repr([db.execute(f"SELECT * FROM {table}").fetchall() for table in tables])  # noqa: S608 - no input

    def checkpoint(self) -> None:
        """Empty the write-ahead log: what is committed is safe from power cuts, too."""
        self.log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close_in_good_order(self) -> None:
        self.log.close()
        self._reopen(self.log.path)

    def kill(self) -> None:
        """SIGKILL between two transactions, and a new process."""
        copy = self._copied()
        self.log.close()
        self._reopen(copy)

    def cut_power(self, share: float, garbage: bytes) -> None:
        """Keep a share of the write-ahead log, and garbage where the rest was."""
        copy = self._copied()
        wal = Path(f"{copy}-wal")
        intact = wal.read_bytes() if wal.exists() else b""
        wal.write_bytes(intact[: int(len(intact) * share)] + garbage)
        self.log.close()
        self._reopen(copy)

    def commits(self, use: Callable[[], object], trouble: Trouble | None) -> bool:
        """Use the log. True if it committed before there was trouble; if not, nothing may have changed."""
        steps = 0
        files_of_then: Path | None = None
        statement = ""

        def look(begun: str) -> None:
            nonlocal statement
            statement = begun

        def interrupt() -> bool:
            nonlocal steps, files_of_then
            # SQLite looks here once more when a COMMIT is done already, which no failing disk can do.
            steps += statement not in ("COMMIT", "ROLLBACK")
            if trouble is None or steps != trouble.after or statement in ("COMMIT", "ROLLBACK"):
                return False
            if trouble.killed:
                files_of_then = self._copied()
            return True

        before = self.contents()
        self.log.connection.set_trace_callback(look)
        self.log.connection.set_progress_handler(interrupt, 3)
        try:
            use()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
        else:
            return True
        finally:
            self.log.connection.set_progress_handler(None, 0)
            self.log.connection.set_trace_callback(None)
        if files_of_then is not None:
            self.log.close()
            self._reopen(files_of_then)
        assert self.contents() == before, "all of it happens, or nothing"
        return False

    def _new_path(self) -> Path:
        self._files += 1
        return self._folder / f"{self._files}.db"

    def _copied(self) -> Path:
        copy = self._new_path()
        for suffix in ("", "-wal"):
            source = Path(f"{self.log.path}{suffix}")
            if source.exists():
                shutil.copyfile(source, f"{copy}{suffix}")
        return copy

    def _reopen(self, path: Path) -> None:
        self.log = Log.open(path)
        self._tune()

    def _tune(self) -> None:
        self.log.connection.execute("PRAGMA wal_autocheckpoint=0")  # whoever cuts the power has to know of each
        self.log.connection.execute("PRAGMA cache_size=5")  # pages; some reach the file before they are committed
        self.log.connection.execute("PRAGMA synchronous=OFF")  # the power cuts here are ours
