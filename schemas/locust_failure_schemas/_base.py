"""What all models share: strict and closed when written, tolerant when read. Holds no fields of its own."""

from typing import Any, Final, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, WithJsonSchema

READING: Final = {"locust_failure_schemas": "reading"}
"""Validation context that marks data from outside: values of a later minor version fall back instead of failing."""


class Model(BaseModel):
    """Immutable; refuses unknown keys and wrong types unless `parse_batch` reads it from the wire."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        use_attribute_docstrings=True,
        ser_json_inf_nan="null",  # in free values only; our numbers refuse them
    )

    @classmethod
    def read(cls, body: bytes | str) -> Self:
        """One record from its JSON, read as tolerantly as `parse_batch` reads a batch.

        Unknown keys, and values that a later minor version added to an open list, do not fail.

        Raises:
            pydantic.ValidationError: it is no such record. Its text quotes the input.
        """
        return cls.model_validate_json(body, extra="ignore", context=READING)


def open_values(literal: Any, fallback: str) -> tuple[BeforeValidator, WithJsonSchema]:
    """Metadata for a `Literal` whose list may grow in a later minor version.

    Written values must be in the list. A read value that is not becomes `fallback`, and the JSON
    Schema names the known values as examples only, so that no reader refuses tomorrow's data.
    Give the field no examples of its own: they would replace the list.
    """
    known = frozenset(get_args(literal))

    def fall_back(value: object, info: ValidationInfo) -> object:
        if isinstance(value, str) and value not in known and info.context is READING:
            return fallback
        return value

    return BeforeValidator(fall_back), WithJsonSchema({"type": "string", "examples": list(get_args(literal))})
