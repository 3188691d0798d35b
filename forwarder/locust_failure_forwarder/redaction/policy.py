"""What a configuration of redaction deserves to be told at every start. Pure."""

from collections.abc import Iterator

from ..config.models import RedactionConfig


def remarks(config: RedactionConfig) -> Iterator[str]:
    """Warnings, one line each."""
    if leaking := config.i_accept_leaking_credentials:
        yield (
            f"redaction is switched off for credentials ({', '.join(sorted(set(leaking)))}): they are written to disk "
            "and sent as they are, because redaction.i_accept_leaking_credentials says so"
        )
