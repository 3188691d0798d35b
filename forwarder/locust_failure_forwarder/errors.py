"""The errors of this package, as a tree. Holds no logic but `first_cause`.

ForwarderError
├── ConfigError          the configuration cannot be used; carries every problem found, rendered for the user
├── ConfigRefusedError   the same, as text from the forwarder process
├── FrameError           bytes on the pipe between the two processes are no frame
├── LogError             the log on disk cannot be opened or written
│   └── LogCorruptError  it is damaged; it is set aside, never deleted
└── StartError           the forwarder process could not be started
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast


class ForwarderError(Exception):
    """Base of all errors raised on purpose by this package."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a configuration. Never carries a value, since any value may be a secret."""

    message: str
    """What is wrong, what was expected."""
    key: str = ""
    """Dotted path of the key, for example `destinations.slack.send[0]`; empty for the file as a whole."""
    line: int | None = None
    """Line in the file, counted from 1."""
    column: int | None = None
    """Column in the file, counted from 1; None where only the line is known."""
    hint: str = ""
    """What to do about it."""


class ConfigError(ForwarderError):
    """The configuration cannot be used. `str()` is the whole message for the user, one block per problem."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        """Path of the file as the user gave it."""
        self.problems = tuple(problems)
        super().__init__(source, self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        lines = [f"{self.source}: {count} problem{'s' if count != 1 else ''} in the configuration"]
        for problem in self.problems:
            place = self.source
            if problem.line is not None:
                place += f":{problem.line}" + (f":{problem.column}" if problem.column is not None else "")
            lines.append(f"  {place}: {problem.key + ': ' if problem.key else ''}{problem.message}")
            if problem.hint:
                lines.append(f"      {problem.hint}")
        return "\n".join(lines)


class ConfigRefusedError(ForwarderError):
    """The forwarder process refused the configuration; `str()` is the message for the user."""


class FrameError(ForwarderError):
    """Bytes on the pipe between the two processes are no frame."""


class LogError(ForwarderError):
    """The log on disk cannot be opened or written."""


class LogCorruptError(LogError):
    """The file is damaged, or no log at all."""


class StartError(ForwarderError):
    """The forwarder process could not be started."""


def first_cause(error: BaseException) -> BaseException:
    """The first error in a group, however deep the groups lie in each other; any other error is its own."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error
