"""Servers of others, started as our children on a port that the system chose. Writes no configuration."""

import os
import shutil
import socket
import subprocess
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest
from support.locust_run import until

_ELSEWHERE: Final = "/usr/sbin:/usr/local/sbin"
"""Where Debian puts servers; the PATH of most users lacks it."""


def find(name: str) -> str:
    """The path of a server's program. Where it is missing, the test fails in CI and is skipped elsewhere."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_ELSEWHERE}")
    if path is None:
        reason = f"{name} is not installed; tests/services/install.sh does it"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


class Daemon:
    """A server that runs while the `with` block does; it is stopped by its process id.

    The port is bound here and handed down, so nobody can take it between our asking for one and the server's start.
    """

    def __init__(self, directory: Path) -> None:
        """`directory` is new and the server's own."""
        directory.mkdir()
        self.directory = directory
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self.listener.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address without a path."""
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        """Write the configuration; the program and its arguments."""
        raise NotImplementedError

    def ports(self) -> list[socket.socket]:
        """What is handed down."""
        return [self.listener]

    def environment(self) -> dict[str, str]:
        """Variables besides our own."""
        return {}

    def __enter__(self) -> Self:
        command = self.command()
        with (self.directory / "output.txt").open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=self.directory,
                env={**os.environ, "TZ": "UTC", **self.environment()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=[port.fileno() for port in self.ports()],
            )
        try:
            until(self._serves, what=f"{command[0]}'s first answer")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for port in self.ports():
            port.close()

    def output(self) -> str:
        """What it has written to its terminal."""
        return (self.directory / "output.txt").read_text(errors="replace")

    def _serves(self) -> bool:
        """True once `/ready` is answered: the port alone is open before the server runs."""
        assert self._process is not None
        assert self._process.poll() is None, f"it has ended:\n{self.output()}"
        try:
            with urllib.request.urlopen(f"{self.url}/ready", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False
