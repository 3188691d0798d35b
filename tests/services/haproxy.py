"""HAProxy between the forwarder and its receiver: the rules are the test's, the frame is ours."""

import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .access import Access
from .daemon import Daemon, find

TARPIT: Final = 1.5
"""Seconds that a tarpit holds a connection; the forwarder of the tests gives up earlier."""

_FRAME: Final = """\
global
  log stdout format raw local0
  maxconn 256
  stats socket fd@{admin_fd} level admin
defaults
  mode http
  log global
  timeout connect 2s
  timeout client 10s
  timeout server 10s
  timeout tarpit {tarpit}ms
frontend front
  bind fd@{fd}
  log-format "access %tr %Ta %ST %tsc"
  http-request set-log-level silent if {{ path /ready }}
  http-request return status 200 if {{ path /ready }}
  acl fault str(on) -f {fault}
  {rules}
  default_backend receiver
backend receiver
  server oracle {upstream}
"""


class HaProxy(Daemon):
    """`rules` stand in the frontend, before the receiver. The ACL `fault` holds in them until `heal`."""

    def __init__(self, directory: Path, upstream_port: int, rules: str) -> None:
        self._program = find("haproxy")
        super().__init__(directory)
        self._rules = rules
        self._fault = directory / "fault.acl"
        self._fault.write_text("on\n")
        self._admin = socket.create_server(("127.0.0.1", 0))
        self._upstream = f"127.0.0.1:{upstream_port}"

    def command(self) -> list[str]:
        """Write the configuration; how to run it."""
        path = self.directory / "haproxy.cfg"
        path.write_text(
            _FRAME.format(
                fd=self.listener.fileno(),
                admin_fd=self._admin.fileno(),
                tarpit=int(TARPIT * 1000),
                fault=self._fault,
                rules=self._rules,
                upstream=self._upstream,
            )
        )
        return [self._program, "-db", "-f", str(path)]

    def ports(self) -> list[socket.socket]:
        """What is handed down."""
        return [self.listener, self._admin]

    def heal(self) -> None:
        """End a fault that asks for the ACL (HAProxy's management guide, "clear acl")."""
        with socket.create_connection(self._admin.getsockname(), timeout=10) as console:
            console.sendall(f"clear acl {self._fault}\n".encode())
            answer = console.recv(4096).strip()
        assert not answer, answer

    def requests(self) -> list[Access]:
        """What its log says of finished requests, in the order of their end."""
        found: list[Access] = []
        for line in self.output().splitlines():
            if line.startswith("access "):
                _, begin, milliseconds, status, _ = line.split(" ")
                began = datetime.strptime(begin, "%d/%b/%Y:%H:%M:%S.%f").replace(tzinfo=UTC).timestamp()
                found.append(Access(began, began + int(milliseconds) / 1000, int(status)))
        return found
