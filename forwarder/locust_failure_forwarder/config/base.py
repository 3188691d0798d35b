"""What every model of the configuration is made of. Holds no section of its own."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints


def spelled(pattern: str, expected: str) -> AfterValidator:
    """A text that `pattern` matches whole; the message says what is `expected`, not the pattern."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(f"expected {expected}")
        return text

    return AfterValidator(check)


Name = Annotated[
    str,
    StringConstraints(max_length=64),
    spelled(
        r"[A-Za-z0-9][A-Za-z0-9_.-]*", "a name of letters, digits, `_`, `.` and `-` that begins with a letter or digit"
    ),
]


class ConfigModel(BaseModel):
    """Frozen; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


def _as_text(value: object) -> object:
    """YAML reads `1.10` or `true` as something other than text; a label means what was written."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Label = Annotated[str, BeforeValidator(_as_text)]
