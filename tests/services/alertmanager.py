"""Prometheus' Alertmanager, with one receiver: a webhook of the test's. Waits for nothing before it notifies."""

import json
import re
import urllib.request
from pathlib import Path
from typing import Any, Final

from .daemon import Daemon, find

_CONFIG: Final = """\
route: {{receiver: test, group_by: [...], group_wait: 10ms, group_interval: 100ms, repeat_interval: 1h}}
receivers:
  - name: test
    webhook_configs: [{{url: "{url}", send_resolved: true}}]
"""


class Alertmanager(Daemon):
    """It cannot be handed a port, so it chooses one and tells it in its log."""

    def __init__(self, directory: Path, webhook: str) -> None:
        """`webhook` is the address it notifies."""
        self._program = find("prometheus-alertmanager")
        super().__init__(directory)
        self.listener.close()
        self._webhook = webhook

    def command(self) -> list[str]:
        """Write the configuration; how to run it."""
        path = self.directory / "alertmanager.yml"
        path.write_text(_CONFIG.format(url=self._webhook))
        return [
            self._program,
            f"--config.file={path}",
            f"--storage.path={self.directory / 'data'}",
            "--web.listen-address=127.0.0.1:0",
            "--cluster.listen-address=",
        ]

    def ports(self) -> list[Any]:
        """None."""
        return []

    def alerts(self) -> list[dict[str, Any]]:
        """What it holds that fires."""
        with urllib.request.urlopen(f"{self.url}/api/v2/alerts", timeout=5) as answer:
            return json.load(answer)

    def _serves(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"it has ended:\n{self.output()}"
        found = re.search(r'address=127\.0\.0\.1:(\d+)|"address":"127\.0\.0\.1:(\d+)"', self.output())
        if found is None:
            return False
        self.port = int(found[1] or found[2])
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False
