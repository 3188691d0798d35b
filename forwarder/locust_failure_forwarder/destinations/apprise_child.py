"""The process that has Apprise: sends one message, or says whether an address is one. Knows no deadline.

Started by its path, with `-P`: it imports nothing of ours, and Apprise with all it brings stays out of the forwarder
process. `--check` reads an address from stdin; without it a message, as JSON of `{"url", "title", "body", "type"}`.
Answers by its exit code and writes nothing: Apprise's own messages quote addresses.
"""

import json
import logging
import sys
from typing import Any, Final

YES: Final = 0
"""Delivered, or an address that Apprise knows."""
NO: Final = 3
"""Not delivered, or no such address."""
NOT_INSTALLED: Final = 4


def main(arguments: list[str]) -> int:
    """The exit code."""
    try:
        import apprise
    except ImportError:
        return NOT_INSTALLED
    logging.getLogger("apprise").disabled = True
    # Nothing is kept on disk, and no plug-ins of the user's home are loaded: what is configured here is all there is.
    asset = apprise.AppriseAsset(storage_mode=apprise.PersistentStoreMode.MEMORY)
    sender: Any = apprise.Apprise(asset=asset)
    given = sys.stdin.buffer.read().decode()
    if arguments == ["--check"]:
        return YES if sender.add(given) else NO
    message = json.loads(given)
    if not sender.add(message["url"]):
        return NO
    texts = {"title": message["title"], "body": message["body"], "body_format": apprise.NotifyFormat.TEXT}
    return YES if sender.notify(notify_type=message["type"], **texts) else NO


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
