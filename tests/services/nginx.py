"""nginx between the forwarder and its receiver: the directives are the test's, the frame is ours."""

import os
from pathlib import Path
from typing import Final

from .access import Access
from .daemon import Daemon, find

_FRAME: Final = """\
{user}daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
  log_format times '$msec $request_time $status $request_uri';
  access_log {directory}/access.txt times;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  client_body_buffer_size 1m;
  upstream receiver {{ server {upstream}; keepalive 8; }}
  {around}
  server {{
    listen 127.0.0.1:{port};
    location = /ready {{ access_log off; return 200; }}
    location / {{
      {inside}
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_next_upstream off;
      proxy_pass http://receiver;
    }}
    {beside}
  }}
}}
"""


class Nginx(Daemon):
    """`inside` stands in the location of the receiver, `beside` in the server, `around` in the whole.

    `$fault` in them is the path of a file that is there as long as the fault is.
    """

    def __init__(self, directory: Path, upstream_port: int, *, inside: str, beside: str = "", around: str = "") -> None:
        self._program = find("nginx")
        super().__init__(directory)
        self.fault = directory / "fault"
        self.fault.touch()
        self._parts = {
            part: text.replace("$fault", str(self.fault))
            for part, text in {"inside": inside, "beside": beside, "around": around}.items()
        }
        self._upstream = f"127.0.0.1:{upstream_port}"

    def heal(self) -> None:
        """End a fault that asks for the file."""
        self.fault.unlink()

    def command(self) -> list[str]:
        """Write the configuration; how to run it."""
        path = self.directory / "nginx.conf"
        # Started by root it would give up its rights, and with them the access to the test's folder.
        user = "user root;\n" if os.geteuid() == 0 else ""
        path.write_text(
            _FRAME.format(user=user, directory=self.directory, upstream=self._upstream, port=self.port, **self._parts)
        )
        return [self._program, "-p", str(self.directory), "-e", "stderr", "-c", str(path)]

    def environment(self) -> dict[str, str]:
        """The open port is handed down as from an nginx that is being replaced ("Upgrading Executable on the Fly")."""
        return {"NGINX": f"{self.listener.fileno()};"}

    def requests(self) -> list[Access]:
        """What its access log says of finished requests, in the order of their end."""
        found: list[Access] = []
        for line in (self.directory / "access.txt").read_text().splitlines():
            end, seconds, status, _ = line.split(" ", 3)
            found.append(Access(float(end) - float(seconds), float(end), int(status)))
        return found
